"""A vote on a participatory budget: costed projects, an envelope, and who supports what.

Amounts are whole numbers of the smallest unit that the file writes (a cent, often a euro), so that
nothing is rounded and ties are ties.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from parvis.statistics.opinion_votes import IntArray


class BallotKind(Enum):
    """What a voter gives to a project."""

    APPROVAL = "approval"
    POINTS = "points"


@dataclass(frozen=True, slots=True)
class BudgetVote:
    """Projects and ballots.

    Attributes
    ----------
    projects : tuple of str
        Identifiers, each once.
    costs : tuple of int
        In smallest units, zero or more.
    envelope : int
        In smallest units.
    unit : int
        Smallest units in one unit of currency.
    voters : int
        Empty ballots included: they have their share of the envelope too.
    kind : BallotKind
    supporters : tuple of ndarray of int
        For each project, the voters who gave it something, increasing.
    points : tuple of ndarray of int
        What each of them gave, positive; 1 for an approval.
    """

    projects: tuple[str, ...]
    costs: tuple[int, ...]
    envelope: int
    unit: int
    voters: int
    kind: BallotKind
    supporters: tuple[IntArray, ...]
    points: tuple[IntArray, ...]

    def support(self, project: int) -> int:
        """Approvals, or points in all."""
        return int(self.points[project].sum())

    def utility_of_a_point(self, project: int) -> int:
        """What one point is worth in equal shares: the cost with approvals, one with points."""
        return self.costs[project] if self.kind is BallotKind.APPROVAL else 1

    def in_order_of_ties(self) -> list[int]:
        """The projects in the order that settles a tie: their identifiers compared as texts."""
        return sorted(range(len(self.projects)), key=lambda project: self.projects[project])


def budget_vote(
    costs: Mapping[str, int],
    envelope: int,
    ballots: Sequence[Mapping[str, int]],
    kind: BallotKind,
    *,
    unit: int = 1,
) -> BudgetVote:
    """Put ballots together.

    Parameters
    ----------
    costs : mapping of project to cost
    envelope : int
    ballots : sequence of mapping of project to points
        One for each voter; 1 for an approval. Zero points are no support.
    kind : BallotKind
    unit : int
        Smallest units in one unit of currency.

    Raises
    ------
    ValueError
        A cost, the envelope or points are negative, an approval is not 1, or a project is unknown.
    """
    if envelope < 0 or unit < 1 or any(cost < 0 for cost in costs.values()):
        raise ValueError("amounts must not be negative")
    places = {name: place for place, name in enumerate(costs)}
    supporters: list[list[int]] = [[] for _ in costs]
    points: list[list[int]] = [[] for _ in costs]
    for voter, ballot in enumerate(ballots):
        for name, given in ballot.items():
            if name not in places:
                raise ValueError(f"unknown project {name!r}")
            if given < 0 or (kind is BallotKind.APPROVAL and given > 1):
                raise ValueError("points must not be negative, an approval is 1")
            if given:
                supporters[places[name]].append(voter)
                points[places[name]].append(given)
    return BudgetVote(
        projects=tuple(costs),
        costs=tuple(costs.values()),
        envelope=envelope,
        unit=unit,
        voters=len(ballots),
        kind=kind,
        supporters=tuple(np.array(one, dtype=np.int64) for one in supporters),
        points=tuple(np.array(one, dtype=np.int64) for one in points),
    )
