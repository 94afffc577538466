"""Votes of people on statements: agree (1), disagree (−1), pass (0).

A table keeps the last vote of each person on each statement, row by row, as sparse arrays: of
10,000 statements a person sees fifty. A pass is a vote; an empty cell is not.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

# Votes from which somebody has a place among the groups; fewer where there are fewer statements.
ENOUGH_VOTES: Final = 7


@dataclass(frozen=True, slots=True)
class VoteTable:
    """The last votes, people × statements, in compressed rows.

    Attributes
    ----------
    people, statements : tuple of hashable
        What the rows and the columns stand for, each once.
    starts : ndarray of int, shape (people + 1,)
        The votes of person `i` are at `starts[i]:starts[i + 1]`.
    columns : ndarray of int, shape (votes,)
        The statement of each vote, increasing within a row.
    values : ndarray of int8, shape (votes,)
        1, 0 or −1.
    left_out : int
        Statements moderated out, of which no vote is in the table.
    """

    people: tuple[Hashable, ...]
    statements: tuple[Hashable, ...]
    starts: IntArray
    columns: IntArray
    values: NDArray[np.int8]
    left_out: int = 0

    @property
    def rows(self) -> IntArray:
        """The person of each vote, shape (votes,)."""
        return np.repeat(np.arange(len(self.people)), self.votes_by_person)

    @property
    def votes_by_person(self) -> IntArray:
        """Shape (people,)."""
        return np.diff(self.starts)

    @property
    def votes_by_statement(self) -> IntArray:
        """Shape (statements,)."""
        return np.bincount(self.columns, minlength=len(self.statements))

    def reordered(self, order: IntArray) -> VoteTable:
        """The same table with its people in another order."""
        sizes = self.votes_by_person[order]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        source = np.repeat(self.starts[order] - starts[:-1], sizes) + np.arange(starts[-1])
        return VoteTable(
            people=tuple(self.people[row] for row in order.tolist()),
            statements=self.statements,
            starts=starts,
            columns=self.columns[source],
            values=self.values[source],
            left_out=self.left_out,
        )


def last_votes(
    people: Sequence[Hashable],
    statements: Sequence[Hashable],
    person: ArrayLike,
    statement: ArrayLike,
    vote: ArrayLike,
    *,
    time: ArrayLike | None = None,
    left_out: Sequence[Hashable] = (),
) -> VoteTable:
    """Keep the last vote of each person on each statement that is not left out.

    Parameters
    ----------
    people, statements : sequence of hashable
        All of them, each once; the order of the statements is that of the result.
    person, statement : array_like of int, shape (votes,)
        Positions in `people` and `statements`.
    vote : array_like of int, shape (votes,)
        1 agree, −1 disagree, 0 pass.
    time : array_like of int, shape (votes,), optional
        Any clock. Without it, and between equal times, the last in the array is the last vote.
    left_out : sequence of hashable
        Statements moderated out: they and their votes leave the table.

    Raises
    ------
    ValueError
        The arrays differ in length, a position is out of range, or a vote is something else.
    """
    who, what = np.asarray(person, dtype=np.int64), np.asarray(statement, dtype=np.int64)
    votes = np.asarray(vote)
    if not who.shape == what.shape == votes.shape or who.ndim != 1:
        raise ValueError("person, statement and vote must be of one length")
    if votes.size and not (
        np.issubdtype(votes.dtype, np.integer) and votes.min() >= -1 and votes.max() <= 1
    ):
        raise ValueError("a vote is -1, 0 or 1")
    for positions, names in ((who, people), (what, statements)):
        if positions.size and not (positions.min() >= 0 and positions.max() < len(names)):
            raise ValueError("a vote is of a person or on a statement that is not listed")

    out = set(left_out)
    kept = np.array([name not in out for name in statements], dtype=bool)
    width = max(int(kept.sum()), 1)
    if time is not None:
        times = np.asarray(time)
        if times.shape != who.shape:
            raise ValueError("time must be as long as the votes")
        if (times[1:] < times[:-1]).any():
            by_time = np.argsort(times, kind="stable")
            who, what, votes = who[by_time], what[by_time], votes[by_time]
    if not kept.all():
        counted = kept[what]
        who, what, votes = who[counted], (np.cumsum(kept) - 1)[what[counted]], votes[counted]
    order = _stable_order(who * width + what, len(people) * width)
    cell, votes = who[order] * width + what[order], votes[order]
    last = np.ones(len(cell), dtype=bool)
    last[:-1] = cell[1:] != cell[:-1]
    cell, votes = cell[last], votes[last].astype(np.int8)
    sizes = np.bincount(cell // width, minlength=len(people))
    return VoteTable(
        people=tuple(people),
        statements=tuple(name for name in statements if name not in out),
        starts=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        columns=cell % width,
        values=votes,
        left_out=len(out),
    )


def _stable_order(keys: IntArray, bound: int) -> IntArray:
    """The order that sorts keys from 0 to `bound` (excluded), equal keys in the order given."""
    if bound * len(keys) >= 2**62:
        return np.argsort(keys, kind="stable")
    # Key and place in one number, all different: any sort will do, and the fastest is plain.
    shift = max(len(keys) - 1, 1).bit_length()
    combined = (keys << shift) | np.arange(len(keys))
    combined.sort()
    return combined & ((1 << shift) - 1)


def order_by_content(table: VoteTable, seed: int) -> IntArray:
    """An order of the people that depends on their votes only, not on their numbers.

    People who voted alike come together; which of two different rows comes first is drawn from the
    seed (each row is a sum of random numbers, one for each statement and vote: Zobrist 1970). An
    archive whose voters were numbered again therefore gives the same result to the last bit.
    """
    rng = np.random.default_rng(seed)
    cells = table.columns * 3 + table.values + 1
    keys = []
    for _ in range(2):
        numbers = rng.integers(0, 2**64, size=len(table.statements) * 3, dtype=np.uint64)
        sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(numbers[cells])])
        # Unsigned sums wrap around: differences are right all the same.
        keys.append(sums[table.starts[1:]] - sums[table.starts[:-1]])
    return np.lexsort(keys)
