"""What a phase of opinions shows: its groups in words, its map, what is agreed on.

The same document is made while the phase runs and at its close: statements are named by their
number in the phase, people by nothing. Groups of a few people are told on no page: their votes
could be read off them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from parvis.consultations.disclosure import are_few, tellable
from parvis.consultations.models import Phase
from parvis.statistics.intervals import wilson_interval
from parvis.statistics.opinion_groups import OpinionGroups
from parvis.statistics.opinion_statements import AGREE, DISAGREE
from parvis.statistics.opinion_votes import VoteTable, last_votes

# Fewer people who voted enough are no groups yet, whatever k-means finds among them.
FEWEST_ENTERED = 20
STATEMENTS_TOLD = 5
# Agreed on: where the groups agree at more than one half, by the geometric mean of their shares.
AGREED = 0.5


def live_seed(phase: Phase) -> int:
    """The seed of the groups of a running phase: another phase draws otherwise."""
    named = f"{phase.consultation.reference}/{phase.position}".encode()
    return int.from_bytes(hashlib.sha256(named).digest()[:4], "big")


def table_of(
    statements: Sequence[int],
    person: Sequence[int] | np.ndarray,
    statement: Sequence[int] | np.ndarray,
    vote: Sequence[int] | np.ndarray,
    *,
    left_out: Sequence[int] = (),
) -> VoteTable:
    """The table of votes given by the numbers of people and statements, both in increasing order.

    `statements` are all of them, those left out included.
    """
    people, who = np.unique(np.asarray(person, dtype=np.int64), return_inverse=True)
    ordered = sorted(statements)
    what = np.searchsorted(ordered, np.asarray(statement, dtype=np.int64))
    return last_votes(
        people.tolist(),
        ordered,
        who,
        what,
        np.asarray(vote, dtype=np.int64),
        left_out=left_out,
    )


def documented(table: VoteTable, found: OpinionGroups) -> dict[str, Any]:
    """What a page shows of the groups, as JSON."""
    people = int((table.votes_by_person > 0).sum())
    entered = int((found.group >= 0).sum())
    is_enough = entered >= FEWEST_ENTERED
    agree, disagree, votes = _totals(table)
    return {
        "people": people,
        "entered": entered,
        "votes": len(table.values),
        "statements": len(table.statements),
        "enough": is_enough,
        "groups": found.groups,
        "sizes": found.sizes(),
        "points": _points(table, found) if is_enough else [],
        "told": _told(table, found) if is_enough else [],
        "agreed": _agreed(table, found, agree, votes) if is_enough else [],
        # For as long as there are no groups: by the lower bound of the share that agrees.
        "liked": _liked(table, agree, votes) if not are_few(people) else [],
        "disliked": _liked(table, disagree, votes) if not are_few(people) else [],
    }


def statements_of(table: VoteTable, found: OpinionGroups) -> list[dict[str, Any]]:
    """Each statement with its counts and what `parvis analyse opinions` says of it."""
    agree, disagree, votes = _totals(table)
    rows = []
    for column, number in enumerate(table.statements):
        sides = found.representative.side[:, column].tolist()
        apart = [group for group, side in enumerate(sides) if side]
        rows.append(
            {
                "number": number,
                "agree": int(agree[column]),
                "disagree": int(disagree[column]),
                "pass": int(votes[column] - agree[column] - disagree[column]),
                "consensus": float(found.consensus[column]) if found.groups else None,
                "consensus_geometric": (
                    float(found.consensus_geometric[column]) if found.groups else None
                ),
                "representative_of": apart,
                "sides": ["agree" if sides[group] > 0 else "disagree" for group in apart],
            }
        )
    return rows


def _totals(table: VoteTable) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Agree, disagree and all votes of each statement."""
    width = len(table.statements)
    return (
        np.bincount(table.columns[table.values == AGREE], minlength=width),
        np.bincount(table.columns[table.values == DISAGREE], minlength=width),
        table.votes_by_statement,
    )


def _points(table: VoteTable, found: OpinionGroups) -> list[list[float]]:
    """Base clusters: place on both axes, people, group; a hundred at most."""
    base = [found.state.base.get(person, -1) for person in table.people]
    labels = np.array(base, dtype=np.int64)
    inside = labels >= 0
    sizes = np.bincount(labels[inside])
    places = [
        np.bincount(labels[inside], weights=found.positions[inside, axis]) / np.maximum(sizes, 1)
        for axis in range(2)
    ]
    groups = np.zeros(len(sizes), dtype=np.int64)
    groups[labels[inside]] = found.group[inside]
    return [
        [round(float(places[0][one]), 4), round(float(places[1][one]), 4), int(size), int(group)]
        for one, (size, group) in enumerate(zip(sizes, groups, strict=True))
        if size
    ]


def _told(table: VoteTable, found: OpinionGroups) -> list[dict[str, Any]]:
    """Each group by the statements that set it apart, with its share and that of the others.

    Of a group of few people, and of one by which those would be known, the size alone.
    """
    told = []
    known = tellable(found.sizes())
    for group, size in enumerate(found.sizes()):
        statements = []
        columns = found.most_representative(group, STATEMENTS_TOLD) if group in known else []
        for column in columns:
            side = int(found.representative.side[group, column])
            counts = found.votes.agree if side > 0 else found.votes.disagree
            chosen, votes = int(counts[group, column]), int(found.votes.votes[group, column])
            others = int(found.votes.votes[:, column].sum()) - votes
            others_chosen = int(counts[:, column].sum()) - chosen
            statements.append(
                {
                    "number": table.statements[column],
                    "side": side,
                    **share_of(chosen, votes),
                    "others": others_chosen / others if others else None,
                }
            )
        told.append({"group": group, "size": size, "statements": statements})
    return told


def _agreed(
    table: VoteTable, found: OpinionGroups, agree: np.ndarray, votes: np.ndarray
) -> list[dict[str, Any]]:
    """Statements on which every group agrees, those that agree most first."""
    if not found.groups:
        return []
    everywhere = (found.votes.votes > 0).all(axis=0)
    chosen = everywhere & (found.consensus_geometric > AGREED)
    order = np.argsort(-found.consensus, kind="stable")
    return [
        {
            "number": table.statements[column],
            **share_of(int(agree[column]), int(votes[column])),
            "consensus": float(found.consensus[column]),
            "consensus_geometric": float(found.consensus_geometric[column]),
        }
        for column in order.tolist()
        if chosen[column]
    ][:STATEMENTS_TOLD]


def _liked(table: VoteTable, chosen: np.ndarray, votes: np.ndarray) -> list[dict[str, Any]]:
    lower, _upper = wilson_interval(chosen, votes)
    order = np.argsort(-lower, kind="stable")[:STATEMENTS_TOLD]
    return [
        {"number": table.statements[column], **share_of(int(chosen[column]), int(votes[column]))}
        for column in order.tolist()
        if chosen[column]
    ]


def share_of(chosen: int, votes: int) -> dict[str, Any]:
    """A share with its interval at 95 %, and of how many."""
    lower, upper = wilson_interval(chosen, votes)
    return {
        "votes": votes,
        "share": chosen / votes if votes else None,
        "low": float(lower),
        "high": float(upper),
    }
