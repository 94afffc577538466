"""Opinion groups: from a table of votes to groups, their statements and the common ground.

The pipeline of Polis (Small et al. 2021): a map by principal components, people who voted enough
gathered into base clusters then into 2 to 5 groups, statements that set a group apart, statements
on which all groups agree. `docs/statistics.md` says where we differ from the program.

A consultation that is under way keeps a `GroupState` from one update to the next, so that people
stay in, groups keep their numbers and their number does not flicker. A result to be published, or
to be computed again from an archive, is made from the votes alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from parvis.statistics.opinion_clusters import (
    base_clusters,
    centres_of,
    group_clusters,
    silhouette,
)
from parvis.statistics.opinion_space import COMPONENTS, OpinionSpace, opinion_space, positions
from parvis.statistics.opinion_statements import (
    GroupVotes,
    Representativeness,
    consensus,
    consensus_geometric,
    count_votes,
    representativeness,
)
from parvis.statistics.opinion_votes import (
    ENOUGH_VOTES,
    FloatArray,
    IntArray,
    VoteTable,
    order_by_content,
)

FEWEST_GROUPS, MOST_GROUPS = 2, 5
# As in Polis: three groups need 12 base clusters, four need 24.
BASE_CLUSTERS_PER_GROUP: Final = 12
UPDATES_BEFORE_CHANGE: Final = 4
NOT_ENTERED: Final = -1


@dataclass(frozen=True, slots=True)
class GroupState:
    """What an update takes from the one before.

    Attributes
    ----------
    components : mapping of statement to its two loadings
    base : mapping of each person who entered to a base cluster
    groupings : mapping of a number of groups to the group of each base cluster
    shown : int
        The number of groups shown.
    candidate, in_a_row : int
        The best number of groups at the last updates, and at how many in a row.
    """

    components: Mapping[Hashable, tuple[float, float]]
    base: Mapping[Hashable, int]
    groupings: Mapping[int, tuple[int, ...]]
    shown: int
    candidate: int
    in_a_row: int

    def as_content(self) -> dict[str, Any]:
        """Lists and numbers that JSON keeps exactly, if the identifiers are texts or numbers."""
        return {
            "components": [[name, *loadings] for name, loadings in self.components.items()],
            "base": [list(pair) for pair in self.base.items()],
            "groupings": [[k, list(groups)] for k, groups in self.groupings.items()],
            "shown": self.shown,
            "candidate": self.candidate,
            "in_a_row": self.in_a_row,
        }

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> GroupState:
        """The state that `as_content` was made from."""
        return cls(
            components={name: (first, second) for name, first, second in content["components"]},
            base=dict(content["base"]),
            groupings={k: tuple(groups) for k, groups in content["groupings"]},
            shown=content["shown"],
            candidate=content["candidate"],
            in_a_row=content["in_a_row"],
        )


@dataclass(frozen=True, slots=True)
class OpinionGroups:
    """The result; people and statements are in the order of the table.

    Attributes
    ----------
    groups : int
        Their number; 0 when nobody entered, 1 when all who did stand on one point.
    group : ndarray of int, shape (people,)
        From 0, the largest first at a fresh start; −1 for who has not entered.
    positions : ndarray, shape (people, 2)
    space : OpinionSpace
    votes : GroupVotes
    consensus, consensus_geometric : ndarray, shape (statements,)
        Product over the groups, and its root that does not shrink with their number; NaN without
        any group.
    representative : Representativeness
    silhouettes : mapping of a number of groups to its silhouette
    state : GroupState
        For the next update.
    """

    groups: int
    group: IntArray
    positions: FloatArray
    space: OpinionSpace
    votes: GroupVotes
    consensus: FloatArray
    consensus_geometric: FloatArray
    representative: Representativeness
    silhouettes: Mapping[int, float]
    state: GroupState

    def sizes(self) -> list[int]:
        """People of each group."""
        inside = self.group[self.group >= 0]
        return [int(size) for size in np.bincount(inside, minlength=self.groups)]

    def most_representative(self, group: int, limit: int = 5) -> list[int]:
        """Columns of the statements that set a group apart, the strongest first."""
        strength = self.representative.strength[group]
        order = np.argsort(-strength, kind="stable")[:limit]
        return [column for column in order.tolist() if self.representative.side[group, column]]


def opinion_groups(
    table: VoteTable,
    *,
    seed: int = 0,
    former: GroupState | None = None,
    left_out_as_passes: bool = False,
) -> OpinionGroups:
    """Find the groups of opinion.

    Parameters
    ----------
    table : VoteTable
    seed : int
        The same seed and the same votes give the same result to the last bit, whatever the order
        or the numbers of the people and the number of threads.
    former : GroupState, optional
        Of the update before. Without it everything is computed from the votes alone.
    left_out_as_passes : bool
        Scale the positions as Polis does (see `positions`).

    Examples
    --------
    Two camps of three people on eight statements:

    >>> from parvis.statistics.opinion_votes import last_votes
    >>> camp = [1, 1, 1, 1, -1, -1, -1, -1]
    >>> ballots = [camp] * 3 + [[-vote for vote in camp]] * 3
    >>> table = last_votes(
    ...     range(6),
    ...     range(8),
    ...     [person for person in range(6) for _ in range(8)],
    ...     list(range(8)) * 6,
    ...     [vote for ballot in ballots for vote in ballot],
    ... )
    >>> found = opinion_groups(table)
    >>> found.groups, found.sizes()
    (2, [3, 3])
    """
    order = order_by_content(table, seed)
    in_order = table.reordered(order)
    space = opinion_space(in_order, seed=seed, start=_former_components(in_order, former))
    points = positions(in_order, space, left_out_as_passes=left_out_as_passes)
    inside = np.flatnonzero(_entered(in_order, former))
    base, groupings, silhouettes = _groupings(in_order, points, inside, seed, former)
    shown, candidate, in_a_row = _number_of_groups(silhouettes, former)

    group_in_order = np.full(len(order), NOT_ENTERED, dtype=np.int64)
    if shown:
        group_in_order[inside] = groupings[shown][base]
    group = np.empty_like(group_in_order)
    group[order] = group_in_order
    where = np.empty_like(points)
    where[order] = points
    counts = count_votes(table, group, shown)
    return OpinionGroups(
        groups=shown,
        group=group,
        positions=where,
        space=space,
        votes=counts,
        consensus=consensus(counts),
        consensus_geometric=consensus_geometric(counts),
        representative=representativeness(counts),
        silhouettes=silhouettes,
        state=GroupState(
            components={
                name: (first, second)
                for name, (first, second) in zip(
                    table.statements, space.components.T.tolist(), strict=True
                )
            },
            base=dict(
                zip((in_order.people[row] for row in inside.tolist()), base.tolist(), strict=True)
            ),
            groupings={k: tuple(labels.tolist()) for k, labels in groupings.items()},
            shown=shown,
            candidate=candidate,
            in_a_row=in_a_row,
        ),
    )


def _former_components(table: VoteTable, former: GroupState | None) -> FloatArray | None:
    if former is None:
        return None
    loadings = [former.components.get(name, (0.0, 0.0)) for name in table.statements]
    return np.array(loadings, dtype=np.float64).reshape(-1, COMPONENTS).T.copy()


def _entered(table: VoteTable, former: GroupState | None) -> np.ndarray:
    """Who has voted on 7 statements, or on all if there are fewer; and who had entered before."""
    cast = table.votes_by_person
    statements = int((table.votes_by_statement > 0).sum())
    inside: np.ndarray = (cast >= min(ENOUGH_VOTES, statements)) & (cast > 0)
    if former is not None:
        inside |= np.array([person in former.base for person in table.people], dtype=bool)
    return inside


def _groupings(
    table: VoteTable, points: FloatArray, inside: IntArray, seed: int, former: GroupState | None
) -> tuple[IntArray, dict[int, IntArray], dict[int, float]]:
    """Base cluster of each person inside; group of each base cluster and silhouette, by number."""
    within = points[inside]
    before = np.full(len(inside), -1, dtype=np.int64)
    start = None
    if former is not None:
        people = (table.people[row] for row in inside.tolist())
        before = np.array([former.base.get(person, -1) for person in people], dtype=np.int64)
        known = before >= 0
        if known.any():
            _, renumbered = np.unique(before[known], return_inverse=True)
            start = centres_of(within[known], np.ones(int(known.sum())), renumbered)
    base = base_clusters(within, start)
    weights = np.bincount(base).astype(np.float64)
    if not len(weights):
        return base, {}, {}
    centres = centres_of(within, np.ones(len(within)), base)
    if len(centres) == 1:
        return base, {1: np.zeros(1, dtype=np.int64)}, {1: 0.0}

    most = min(MOST_GROUPS, FEWEST_GROUPS + len(centres) // BASE_CLUSTERS_PER_GROUP, len(centres))
    rng = np.random.default_rng(seed)
    groupings, silhouettes = {}, {}
    for k in range(FEWEST_GROUPS, most + 1):
        past = _past_groups(before, k, former)
        known = past >= 0
        near = None
        if len(np.unique(past[known])) == k:
            near = centres_of(within[known], np.ones(int(known.sum())), past[known])
        labels = group_clusters(centres, weights, k, rng=rng, start=near)
        groupings[k] = _numbered(labels[base], past)[labels]
        silhouettes[k] = silhouette(centres, labels)
    return base, groupings, silhouettes


def _past_groups(before: IntArray, k: int, former: GroupState | None) -> IntArray:
    """The group of each person in the former grouping into k; −1 for who had none."""
    if former is None or k not in former.groupings:
        return np.full(len(before), -1, dtype=np.int64)
    labels = np.array(former.groupings[k], dtype=np.int64)
    return np.where(before >= 0, labels[np.maximum(before, 0)], -1)


def _numbered(labels: IntArray, past: IntArray) -> IntArray:
    """The number of each label: that of the past group it shares most people with.

    At a fresh start the largest group is 0; of groups of one size, the first label.
    """
    count = int(labels.max()) + 1
    by_size = np.argsort(-np.bincount(labels), kind="stable")
    numbers = np.empty(count, dtype=np.int64)
    numbers[by_size] = np.arange(count)
    known = past >= 0
    if known.any():
        shared = np.zeros((count, count), dtype=np.int64)
        np.add.at(shared, (labels[known], np.minimum(past[known], count - 1)), 1)
        rows, columns = linear_sum_assignment(-shared)
        numbers[rows] = columns
    return numbers


def _number_of_groups(
    silhouettes: Mapping[int, float], former: GroupState | None
) -> tuple[int, int, int]:
    """The number shown, the best one, and for how many updates in a row it has been the best."""
    if not silhouettes:
        return 0, 0, 0
    best = max(silhouettes, key=lambda k: (silhouettes[k], -k))
    if former is None or former.shown not in silhouettes:
        return best, best, 1
    in_a_row = former.in_a_row + 1 if best == former.candidate else 1
    shown = best if in_a_row >= UPDATES_BEFORE_CHANGE else former.shown
    return shown, best, in_a_row
