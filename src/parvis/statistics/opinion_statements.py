"""What each statement says of the groups: votes, representativeness, consensus.

Counts are those of the people of a group; a pass counts among the votes. One vote for and one
against are added to each count (one vote for, of two), so that a share of few votes is not extreme.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from parvis.statistics.opinion_votes import FloatArray, IntArray, VoteTable

# One-sided, 90 %.
SIGNIFICANT_Z: Final = 1.2816
AGREE, DISAGREE = 1, -1


@dataclass(frozen=True, slots=True)
class GroupVotes:
    """Votes of each group on each statement, arrays of shape (groups, statements)."""

    agree: IntArray
    disagree: IntArray
    votes: IntArray


@dataclass(frozen=True, slots=True)
class Representativeness:
    """How a group differs from everybody else, arrays of shape (groups, statements).

    Attributes
    ----------
    side : ndarray of int
        1 where agreeing sets the group apart, −1 where disagreeing does, 0 where neither does.
    strength : ndarray of float
        Orders the statements of a group: share × its z × ratio to the others × its z, on the side
        that sets the group apart more; 0 where `side` is 0.
    """

    side: IntArray
    strength: FloatArray


def count_votes(table: VoteTable, group: IntArray, groups: int) -> GroupVotes:
    """Count the votes of each group; people of group −1 are in none."""
    statements = len(table.statements)
    of_vote = group[table.rows]
    inside = of_vote >= 0
    cells = of_vote[inside] * statements + table.columns[inside]
    values = table.values[inside]

    def count(chosen: IntArray) -> IntArray:
        flat = np.bincount(chosen, minlength=groups * statements)
        return flat.reshape(groups, statements)

    return GroupVotes(
        agree=count(cells[values == AGREE]),
        disagree=count(cells[values == DISAGREE]),
        votes=count(cells),
    )


def consensus(counts: GroupVotes) -> FloatArray:
    """Group-informed consensus: Π over the groups of (A + 1) / (S + 2), shape (statements,).

    High where every group agrees, however small. It shrinks as groups are added: compare
    statements, not consultations. NaN without any group.
    """
    if not len(counts.votes):
        return np.full(counts.votes.shape[1], np.nan)
    product: FloatArray = np.prod((counts.agree + 1) / (counts.votes + 2), axis=0)
    return product


def consensus_geometric(counts: GroupVotes) -> FloatArray:
    """The geometric mean over the groups of the same shares: it does not shrink with their number.

    The order of the statements is that of `consensus`.
    """
    groups = len(counts.votes)
    return consensus(counts) ** (1 / groups) if groups else consensus(counts)


def representativeness(counts: GroupVotes) -> Representativeness:
    """Statements that set a group apart, by two one-sided tests (as Polis does).

    Agreeing sets a group apart on a statement where the share of the group that agrees is above
    one half, and above the share of all others who agree, both with z > 1.2816 (90 %); likewise
    disagreeing. Of two sides that pass, the one with the larger difference counts. With a single
    group nothing does.
    """
    shape = counts.votes.shape
    if shape[0] < 2:
        return Representativeness(np.zeros(shape, dtype=np.int64), np.zeros(shape))
    passes, strengths, differences = [], [], []
    others_votes = counts.votes.sum(axis=0) - counts.votes
    for chosen in (counts.agree, counts.disagree):
        others = chosen.sum(axis=0) - chosen
        share = (chosen + 1) / (counts.votes + 2)
        ratio = share / ((others + 1) / (others_votes + 2))
        majority = one_share_z(chosen, counts.votes)
        difference = two_shares_z(chosen, counts.votes, others, others_votes)
        passes.append((majority > SIGNIFICANT_Z) & (difference > SIGNIFICANT_Z))
        strengths.append(share * majority * ratio * difference)
        differences.append(difference)
    agree = passes[0] & (~passes[1] | (differences[0] > differences[1]))
    disagree = passes[1] & ~agree
    return Representativeness(
        side=np.where(agree, AGREE, np.where(disagree, DISAGREE, 0)),
        strength=np.where(agree, strengths[0], np.where(disagree, strengths[1], 0.0)),
    )


def one_share_z(chosen: IntArray, votes: IntArray) -> FloatArray:
    """z of a share against one half, one success added to one trial: 2 √(n+1) ((c+1)/(n+1) − ½)."""
    trials = votes + 1
    z: FloatArray = 2 * np.sqrt(trials) * ((chosen + 1) / trials - 0.5)
    return z


def two_shares_z(
    chosen: IntArray, votes: IntArray, others_chosen: IntArray, others_votes: IntArray
) -> FloatArray:
    """z of the difference of two shares, one success added to one trial on both sides.

    0 where everybody chose the same.
    """
    here, there = votes + 1, others_votes + 1
    pooled = (chosen + others_chosen + 2) / (here + there)
    variance = pooled * (1 - pooled) * (1 / here + 1 / there)
    difference = (chosen + 1) / here - (others_chosen + 1) / there
    flat = variance <= 0
    z: FloatArray = np.where(flat, 0.0, difference / np.sqrt(np.where(flat, 1.0, variance)))
    return z
