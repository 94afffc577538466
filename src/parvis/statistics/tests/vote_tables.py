"""Tables of votes for tests: drawn, planted, or written as rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from parvis.statistics.opinion_votes import FloatArray, VoteTable, last_votes


def written(ballots: Sequence[str]) -> VoteTable:
    """One row of signs per person: `+` agree, `-` disagree, `0` pass, a point for no vote."""
    cells = [
        (person, statement, {"+": 1, "-": -1, "0": 0}[sign])
        for person, ballot in enumerate(ballots)
        for statement, sign in enumerate(ballot)
        if sign != "."
    ]
    person, statement, vote = zip(*cells, strict=True) if cells else ((), (), ())
    return last_votes(range(len(ballots)), range(len(ballots[0])), person, statement, vote)


def drawn(
    people: int, statements: int, votes: int, *, camps: int = 2, seed: int = 0
) -> tuple[VoteTable, np.ndarray]:
    """People of camps that lean differently on each statement, and the camp of each."""
    rng = np.random.default_rng(seed)
    camp = rng.integers(0, camps, people)
    leaning = rng.normal(0, 1.5, (camps, statements))
    person = rng.integers(0, people, votes)
    statement = rng.integers(0, statements, votes)
    felt = leaning[camp[person], statement] + rng.normal(0, 1, votes)
    vote = np.where(felt > 0.4, 1, np.where(felt < -0.4, -1, 0))
    return last_votes(range(people), range(statements), person, statement, vote), camp


def filled(table: VoteTable) -> FloatArray:
    """The full table, each missing vote replaced by the mean of its statement."""
    full = np.full((len(table.people), len(table.statements)), np.nan)
    full[table.rows, table.columns] = table.values
    count = np.maximum((~np.isnan(full)).sum(axis=0), 1)
    means = np.nansum(full, axis=0) / count
    return np.where(np.isnan(full), means, full)
