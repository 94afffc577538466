"""Which projects of a participatory budget are chosen, and why each is or is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

import numpy as np
from gmpy2 import mpq

from parvis.statistics.budget_votes import BudgetVote
from parvis.statistics.equal_shares import EqualShares, EqualSharesRun


class Rule(Enum):
    """How projects are chosen."""

    EQUAL_SHARES = "equal-shares"
    GREEDY = "greedy"


class Completion(Enum):
    """What is done with the money that equal shares leave."""

    ADD_ONE = "add1"
    GREEDY = "greedy"
    NONE = "none"


class Reason(Enum):
    """Why a project was chosen, or was not."""

    BOUGHT = "bought"  # by its supporters, in equal shares
    MOST_SUPPORTED = "most supported"  # and it fitted in what remained, with the greedy rule
    COMPLETED = "completed"  # likewise, with what equal shares had left
    FREE = "free"  # it costs nothing and has a supporter
    TOO_DEAR = "too dear"  # for the whole envelope
    NO_SUPPORT = "no support"
    SUPPORTERS_SHORT = "supporters short"  # they had less left than it costs
    DID_NOT_FIT = "did not fit"  # in what remained of the envelope


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a project.

    Attributes
    ----------
    project : int
    reason : Reason
    support : int
        Approvals, or points in all.
    paid_full, full_price : int and Fraction or None
        Bought in equal shares: how many supporters paid the common price, and that price, in
        smallest units: for the project with approvals, for one point with points.
    paid_less, less_in_all : int and Fraction or None
        How many paid less, all they had left, and how much together.
    missing : Fraction or None
        `SUPPORTERS_SHORT`: what they lacked at the end. `DID_NOT_FIT`: what the envelope lacked
        when the project's turn came.
    """

    project: int
    reason: Reason
    support: int
    paid_full: int | None = None
    full_price: Fraction | None = None
    paid_less: int | None = None
    less_in_all: Fraction | None = None
    missing: Fraction | None = None

    @property
    def chosen(self) -> bool:
        """Whether it is among the projects to be carried out."""
        return self.reason in (
            Reason.BOUGHT,
            Reason.MOST_SUPPORTED,
            Reason.COMPLETED,
            Reason.FREE,
        )


@dataclass(frozen=True, slots=True)
class BudgetResult:
    """The projects chosen, in order, and the decision on each.

    Attributes
    ----------
    selected : tuple of int
        In the order chosen.
    total_cost : int
        In smallest units.
    decisions : tuple of Decision
        One for each project, in the order of the vote.
    share : Fraction or None
        Equal shares: what each voter had to spend, in smallest units.
    increments : int
        Completion by adding one: units of currency added to each share.
    run : EqualSharesRun or None
        Who paid what: see `payments`.
    """

    selected: tuple[int, ...]
    total_cost: int
    decisions: tuple[Decision, ...]
    share: Fraction | None
    increments: int
    run: EqualSharesRun | None

    def payments(self, project: int) -> list[tuple[int, Fraction]]:
        """Each voter who paid for a project bought in equal shares, and how much, exactly."""
        if self.run is not None:
            for purchase, bought in enumerate(self.run.purchases):
                if bought.project == project:
                    return [(who, _fraction(paid)) for who, paid in self.run.prices(purchase)]
        return []


def choose_projects(
    vote: BudgetVote, rule: Rule, completion: Completion = Completion.NONE
) -> BudgetResult:
    """Choose projects within the envelope.

    A project dearer than the envelope takes no part, nor does one without support. One that costs
    nothing is chosen if anybody supports it. Ties go to the first identifier, compared as texts.

    Parameters
    ----------
    vote : BudgetVote
    rule : Rule
        `GREEDY`: by support, the highest first, each that fits in what remains of the envelope.
        `EQUAL_SHARES`: the utility of a project for a supporter is its cost with approvals, the
        points given with points.
    completion : Completion
        For equal shares. `ADD_ONE`: shares grow by one unit of currency as long as the projects
        bought fit in the envelope. `GREEDY`: the rest of the envelope goes to the projects most
        supported.

    Examples
    --------
    Two thirds of the voters want a and b, one third wants c; the majority takes all the money
    with the greedy rule, two thirds of it with equal shares:

    >>> from parvis.statistics.budget_votes import BallotKind, budget_vote
    >>> ballots = [{"a": 1, "b": 1, "d": 1}] * 2 + [{"c": 1}]
    >>> costs = {"a": 10, "b": 10, "c": 10, "d": 10}
    >>> vote = budget_vote(costs, 30, ballots, BallotKind.APPROVAL)
    >>> [vote.projects[one] for one in choose_projects(vote, Rule.GREEDY).selected]
    ['a', 'b', 'd']
    >>> [vote.projects[one] for one in choose_projects(vote, Rule.EQUAL_SHARES).selected]
    ['a', 'b', 'c']
    """
    decisions: dict[int, Decision] = {}
    selected: list[int] = []
    candidates = []
    for project in vote.in_order_of_ties():
        cost = vote.costs[project]
        if not len(vote.supporters[project]):
            decisions[project] = Decision(project, Reason.NO_SUPPORT, 0)
        elif cost > vote.envelope:
            decisions[project] = Decision(
                project,
                Reason.TOO_DEAR,
                vote.support(project),
                missing=Fraction(cost - vote.envelope),
            )
        elif cost == 0:
            decisions[project] = Decision(project, Reason.FREE, vote.support(project))
            selected.append(project)
        else:
            candidates.append(project)

    run, increments = None, 0
    if rule is Rule.GREEDY:
        selected += _greedy(vote, candidates, vote.envelope, Reason.MOST_SUPPORTED, decisions)
    elif vote.voters:
        shares = EqualShares(vote, candidates)
        if completion is Completion.ADD_ONE:
            run, increments = shares.completed_by_adding_one()
        else:
            run = shares.run()
        selected += _bought(vote, run, decisions)
        waiting = [project for project in candidates if project not in decisions]
        if completion is Completion.GREEDY:
            remaining = vote.envelope - sum(vote.costs[project] for project in selected)
            selected += _greedy(vote, waiting, remaining, Reason.COMPLETED, decisions)
        else:
            _supporters_short(vote, run, waiting, decisions)
    return BudgetResult(
        selected=tuple(selected),
        total_cost=sum(vote.costs[project] for project in selected),
        decisions=tuple(decisions[project] for project in range(len(vote.projects))),
        share=None if run is None else _fraction(run.share),
        increments=increments,
        run=run,
    )


def _greedy(
    vote: BudgetVote,
    projects: Iterable[int],
    remaining: int,
    reason: Reason,
    decisions: dict[int, Decision],
) -> list[int]:
    """Choose by support what fits; `projects` are in the order of ties."""
    chosen = []
    for project in sorted(projects, key=lambda one: -vote.support(one)):
        cost, support = vote.costs[project], vote.support(project)
        if cost <= remaining:
            remaining -= cost
            chosen.append(project)
            decisions[project] = Decision(project, reason, support)
        else:
            decisions[project] = Decision(
                project, Reason.DID_NOT_FIT, support, missing=Fraction(cost - remaining)
            )
    return chosen


def _bought(vote: BudgetVote, run: EqualSharesRun, decisions: dict[int, Decision]) -> list[int]:
    for purchase, bought in enumerate(run.purchases):
        project = bought.project
        rate = run.rate(purchase)
        full_utility = vote.utility_of_a_point(project)
        points = vote.points[project][np.searchsorted(vote.supporters[project], bought.full)].sum()
        decisions[project] = Decision(
            project,
            Reason.BOUGHT,
            vote.support(project),
            paid_full=len(bought.full),
            full_price=_fraction(rate * full_utility),
            paid_less=len(bought.short),
            less_in_all=_fraction(vote.costs[project] - rate * full_utility * int(points)),
        )
    return [bought.project for bought in run.purchases]


def _supporters_short(
    vote: BudgetVote, run: EqualSharesRun, projects: list[int], decisions: dict[int, Decision]
) -> None:
    for project in projects:
        left = run.left_with(vote.supporters[project])
        decisions[project] = Decision(
            project,
            Reason.SUPPORTERS_SHORT,
            vote.support(project),
            missing=_fraction(vote.costs[project] - left),
        )


def _fraction(exact: mpq) -> Fraction:
    return Fraction(int(exact.numerator), int(exact.denominator))
