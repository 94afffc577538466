"""The method of equal shares (Peters, Pierczyński, Skowron 2021), exact and fast.

Every voter gets an equal share of the envelope. A project is bought by its supporters, each
paying in proportion to its utility for them or all they have left: the rate is the price of one
unit of utility. The project of the lowest rate is bought first, until no project can be paid for
by its supporters.

Rates are computed in floating point. When two are too close to be told apart, or a sum is too
close to a cost, both are computed again as exact fractions: what a voter has left is the share
minus the prices paid, so a sum over voters needs only how many paid each price, not a fraction
for each of them.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from gmpy2 import mpq

from parvis.statistics.budget_votes import BudgetVote
from parvis.statistics.opinion_votes import FloatArray, IntArray

# Floating-point rates of one run are right to some 1e-12; closer than this, fractions decide.
DOUBT: Final = 1e-7
# What somebody who paid in full has left at least: zero is for those who paid less.
SOMETHING: Final = np.finfo(np.float64).tiny


@dataclass(slots=True)
class Purchase:
    """A project bought in a round.

    Attributes
    ----------
    project : int
    short : ndarray of int
        Supporters who paid all they had left, less than the price of their utility; those who
        had nothing left are not among them.
    full : ndarray of int
        Supporters who paid the price of their utility.
    """

    project: int
    short: IntArray
    full: IntArray


@dataclass(slots=True)
class _Classified:
    """Where the supporters of a project stand at a rate."""

    rate: float
    short: IntArray
    full: IntArray
    doubtful: IntArray


class EqualSharesRun:
    """One run of the method, from a share per voter.

    Parameters
    ----------
    vote : BudgetVote
    share_numerator : int
        The share of each voter, times the number of voters.
    candidates : collection of int
        Projects that may be bought: each costs something and has a supporter.

    Attributes
    ----------
    purchases : list of Purchase
        In the order bought.
    """

    def __init__(
        self, vote: BudgetVote, share_numerator: int, candidates: Collection[int], dense: _Dense
    ) -> None:
        self.vote = vote
        self.share = mpq(share_numerator, vote.voters)
        self.purchases: list[Purchase] = []
        self._rates: list[mpq] = []
        self._dense = dense
        self._left: FloatArray = np.full(vote.voters, float(self.share))
        self._buy_all(candidates)

    def rate(self, purchase: int) -> mpq:
        """The exact price of one unit of utility at a purchase."""
        while len(self._rates) <= purchase:
            bought = self.purchases[len(self._rates)]
            before = len(self._rates)
            self._rates.append(self._exact_rate(bought.project, bought.short, bought.full, before))
        return self._rates[purchase]

    def prices(self, purchase: int) -> list[tuple[int, mpq]]:
        """Who paid what, exactly: pairs of voter and amount, by voter."""
        bought = self.purchases[purchase]
        price = self._price_of_a_point(purchase)
        given = self._dense.points(bought.project)
        paid = [(voter, price * int(given[voter])) for voter in bought.full.tolist()]
        paid += [
            (voter, self._exact_left(np.array([voter]), purchase))
            for voter in bought.short.tolist()
        ]
        return sorted(paid)

    def left_with(self, voters: IntArray) -> mpq:
        """What voters have left together at the end, exactly."""
        return self._exact_left(voters[self._left[voters] > 0], len(self.purchases))

    def _buy_all(self, candidates: Collection[int]) -> None:
        rank = self._dense.rank
        waiting = [
            (self._dense.first_rate(project), rank[project], project) for project in candidates
        ]
        heapq.heapify(waiting)
        while True:
            tied: list[tuple[_Classified, int]] = []
            best = np.inf
            looked_at = []
            # Rates only rise as money is spent: the last one known is a lower bound.
            while waiting and waiting[0][0] <= best * (1 + DOUBT):
                _, _, project = heapq.heappop(waiting)
                found = self._classify(project)
                if found is None:
                    continue
                looked_at.append((found.rate, rank[project], project))
                tied.append((found, project))
                best = min(best, found.rate)
            if not tied:
                return
            tied = [one for one in tied if one[0].rate <= best * (1 + DOUBT)]
            found, project = self._first_of(tied)
            for one in looked_at:
                if one[2] != project:
                    heapq.heappush(waiting, one)
            self._pay(found, project)

    def _first_of(self, tied: list[tuple[_Classified, int]]) -> tuple[_Classified, int]:
        """The lowest exact rate; between equal ones, the order of ties."""
        if len(tied) == 1:
            return tied[0]
        done = len(self.purchases)

        def key(one: tuple[_Classified, int]) -> tuple[mpq, int]:
            found, project = one
            self._settle_doubts(found, project)
            exact = self._exact_rate(project, found.short, found.full, done)
            return exact, self._dense.rank[project]

        return min(tied, key=key)

    def _pay(self, found: _Classified, project: int) -> None:
        self._settle_doubts(found, project)
        given = self._dense.points(project)
        price = found.rate * self.vote.utility_of_a_point(project)
        left = self._left
        left[found.full] = np.maximum(left[found.full] - price * given[found.full], SOMETHING)
        left[found.short] = 0.0
        self.purchases.append(Purchase(project, found.short, found.full))

    def _classify(self, project: int) -> _Classified | None:
        """Who can pay their full price, and the rate; None if the supporters have too little."""
        voters = self.vote.supporters[project]
        left: FloatArray = self._left[voters]
        cost = float(self.vote.costs[project])
        total = left.sum()
        if total < cost * (1 + DOUBT) and not (
            total > cost * (1 - DOUBT)
            and self._exact_left(voters[left > 0], len(self.purchases)) >= self.vote.costs[project]
        ):
            return None
        utility = self._dense.utilities[project]
        full = left > 0
        weight, spent = float(utility[full].sum()), 0.0
        rate = cost / weight
        while True:
            # Leaning to the full price: who is wrongly there is found among the doubtful.
            short = full & (left < rate * utility * (1 - DOUBT))
            if not short.any():
                break
            full &= ~short
            spent += float(left[short].sum())
            weight -= float(utility[short].sum())
            if not full.any():
                # All that is left is asked for, to the last rounding.
                full, weight = short, float(utility[short].sum())
                spent -= float(left[short].sum())
                break
            rate = (cost - spent) / weight
        doubtful = full & (left < rate * utility * (1 + DOUBT))
        return _Classified(
            rate=rate,
            short=voters[~full & (left > 0)],
            full=voters[full],
            doubtful=voters[doubtful],
        )

    def _settle_doubts(self, found: _Classified, project: int) -> None:
        """Decide exactly which doubtful supporters cannot pay their full price."""
        if not len(found.doubtful):
            return
        done = len(self.purchases)
        given = self._dense.points(project)
        paid = np.array(
            [self._dense.points(one.project)[found.doubtful] for one in self.purchases]
            + [given[found.doubtful]]
        ).T
        alike, group = np.unique(paid, axis=0, return_inverse=True)
        group = group.ravel()
        utility = self.vote.utility_of_a_point(project)
        affordable = []
        for row in alike:
            left = self.share
            for purchase, points in enumerate(row[:-1].tolist()):
                if points:
                    left -= self._price_of_a_point(purchase) * points
            affordable.append(left / (utility * int(row[-1])))
        settled = np.zeros(len(alike), dtype=bool)
        while True:
            rate = self._exact_rate(project, found.short, found.full, done)
            too_poor = np.array([one < rate for one in affordable]) & ~settled
            if not too_poor.any():
                break
            settled |= too_poor
            moved = found.doubtful[too_poor[group]]
            found.short = np.union1d(found.short, moved)
            found.full = np.setdiff1d(found.full, moved)
        found.rate = float(rate)
        found.doubtful = found.doubtful[:0]

    def _exact_rate(self, project: int, short: IntArray, full: IntArray, done: int) -> mpq:
        """The exact rate, given who pays less and after how many purchases."""
        given = self._dense.points(project)
        utility = self.vote.utility_of_a_point(project) * int(given[full].sum())
        return (self.vote.costs[project] - self._exact_left(short, done)) / mpq(utility)

    def _exact_left(self, voters: IntArray, done: int) -> mpq:
        """What voters who still have something had left after some purchases, together."""
        total = self.share * len(voters)
        if not len(voters):
            return total
        for purchase in range(done):
            points = int(self._dense.points(self.purchases[purchase].project)[voters].sum())
            if points:
                total -= self._price_of_a_point(purchase) * points
        return total

    def _price_of_a_point(self, purchase: int) -> mpq:
        project = self.purchases[purchase].project
        return self.rate(purchase) * self.vote.utility_of_a_point(project)


class _Dense:
    """What every run of one vote needs."""

    def __init__(self, vote: BudgetVote) -> None:
        self._vote = vote
        self._points: dict[int, IntArray] = {}
        self.utilities: list[FloatArray] = [
            np.multiply(points, vote.utility_of_a_point(project), dtype=np.float64)
            for project, points in enumerate(vote.points)
        ]
        self.rank = {project: rank for rank, project in enumerate(vote.in_order_of_ties())}

    def points(self, project: int) -> IntArray:
        """Of every voter to a project, shape (voters,)."""
        if project not in self._points:
            dense = np.zeros(self._vote.voters, dtype=np.int64)
            dense[self._vote.supporters[project]] = self._vote.points[project]
            self._points[project] = dense
        return self._points[project]

    def first_rate(self, project: int) -> float:
        """The rate if all supporters can pay."""
        return self._vote.costs[project] / float(self.utilities[project].sum())


@dataclass(slots=True)
class EqualShares:
    """The method on one vote, run as often as a completion asks."""

    vote: BudgetVote
    candidates: list[int]
    _dense: _Dense = field(init=False)

    def __post_init__(self) -> None:
        self._dense = _Dense(self.vote)

    def run(self, increments: int = 0) -> EqualSharesRun:
        """Run with the envelope shared equally, plus so many units of currency for each voter."""
        numerator = self.vote.envelope + increments * self.vote.unit * self.vote.voters
        return EqualSharesRun(self.vote, numerator, self.candidates, self._dense)

    def completed_by_adding_one(self) -> tuple[EqualSharesRun, int]:
        """Add one unit of currency to each share until nothing more fits in the envelope.

        The last run whose cost is within the envelope, and how many units were added: the runs
        stop when no other candidate fits in what remains, or when the next one costs too much.
        """
        costs = self.vote.costs
        before = self.run()
        increments = 0
        while True:
            bought = {one.project for one in before.purchases}
            spent = sum(costs[project] for project in bought)
            remaining = self.vote.envelope - spent
            if all(costs[one] > remaining for one in self.candidates if one not in bought):
                return before, increments
            after = self.run(increments + 1)
            if sum(costs[one.project] for one in after.purchases) > self.vote.envelope:
                return before, increments
            before, increments = after, increments + 1
