"""Budgets: the oracle's answers, ties included; and that every decision adds up."""

import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pabutools.election import (
    Additive_Cardinal_Sat,
    ApprovalBallot,
    ApprovalProfile,
    CardinalBallot,
    CardinalProfile,
    Cost_Sat,
    Instance,
    Project,
)
from pabutools.rules import greedy_utilitarian_welfare, method_of_equal_shares

from parvis.statistics.budget_votes import BallotKind, BudgetVote, budget_vote
from parvis.statistics.budgets import BudgetResult, Completion, Reason, Rule, choose_projects

Ballots = list[dict[str, int]]
APPROVAL, POINTS = BallotKind.APPROVAL, BallotKind.POINTS


@st.composite
def votes(draw) -> tuple[dict[str, int], int, Ballots, BallotKind]:
    """Small votes, with many costs, supports and therefore rates alike."""
    kind = draw(st.sampled_from(list(BallotKind)))
    envelope = draw(st.sampled_from([6, 30, 100, 997]))
    amounts = st.sampled_from([max(envelope // part, 1) for part in (1, 2, 3, 5, 6)])
    amounts |= st.integers(1, envelope)
    costs = draw(st.lists(amounts, min_size=1, max_size=8))
    names = [str(number) for number in range(5, 5 + len(costs))]
    given_points = st.just(1) if kind is APPROVAL else st.integers(0, 4)
    ballot = st.dictionaries(st.sampled_from(names), given_points)
    ballots = draw(st.lists(ballot, min_size=1, max_size=12))
    return dict(zip(names, costs, strict=True)), envelope, ballots, kind


def oracle(
    costs: dict[str, int], envelope: int, ballots: Ballots, kind: BallotKind, rule: str
) -> list[str]:
    """What pabutools chooses among the projects that somebody supports."""
    supported = {name for ballot in ballots for name, points in ballot.items() if points}
    projects = {name: Project(name, cost) for name, cost in costs.items() if name in supported}
    instance = Instance(projects.values(), budget_limit=envelope)
    if kind is APPROVAL:
        satisfaction = Cost_Sat
        profile = ApprovalProfile(
            [ApprovalBallot([projects[name] for name in ballot]) for ballot in ballots]
        )
    else:
        satisfaction = Additive_Cardinal_Sat
        profile = CardinalProfile(
            [
                CardinalBallot({projects[name]: given for name, given in ballot.items() if given})
                for ballot in ballots
            ]
        )
    if rule == "greedy":
        chosen = greedy_utilitarian_welfare(instance, profile, satisfaction)
    else:
        chosen = method_of_equal_shares(
            instance,
            profile,
            satisfaction,
            voter_budget_increment=1 if rule == "add1" else None,
        )
        if rule == "completed":
            chosen = greedy_utilitarian_welfare(
                instance, profile, satisfaction, initial_budget_allocation=chosen
            )
    return [project.name for project in chosen]


def names(vote: BudgetVote, found: BudgetResult) -> list[str]:
    return [vote.projects[project] for project in found.selected]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(votes())
def test_equal_shares_as_the_oracle(given_vote) -> None:
    costs, envelope, ballots, kind = given_vote
    vote = budget_vote(costs, envelope, ballots, kind)
    for completion, rule in ((Completion.NONE, "none"), (Completion.ADD_ONE, "add1")):
        found = choose_projects(vote, Rule.EQUAL_SHARES, completion)
        assert names(vote, found) == oracle(costs, envelope, ballots, kind, rule)
        check_sums(vote, found)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(votes())
def test_greedy_as_the_oracle(given_vote) -> None:
    costs, envelope, ballots, _ = given_vote
    ballots = [dict.fromkeys(ballot, 1) for ballot in ballots]
    vote = budget_vote(costs, envelope, ballots, APPROVAL)
    found = choose_projects(vote, Rule.GREEDY)
    assert names(vote, found) == oracle(costs, envelope, ballots, APPROVAL, "greedy")
    found = choose_projects(vote, Rule.EQUAL_SHARES, Completion.GREEDY)
    assert names(vote, found) == oracle(costs, envelope, ballots, APPROVAL, "completed")
    check_sums(vote, found)


def check_sums(vote: BudgetVote, found: BudgetResult) -> None:
    """Every project bought is paid for to the last fraction, and nobody pays beyond the share."""
    assert found.share is not None
    spent = [Fraction(0)] * vote.voters
    for decision in found.decisions:
        payments = found.payments(decision.project)
        assert bool(payments) == (decision.reason is Reason.BOUGHT)
        for voter, paid in payments:
            spent[voter] += paid
        if payments:
            assert sum(paid for _, paid in payments) == vote.costs[decision.project]
            assert decision.paid_full is not None
            assert decision.paid_less is not None
            assert decision.paid_full + decision.paid_less == len(payments)
            if decision.paid_less == 0:
                assert decision.less_in_all == 0
    assert max(spent) <= found.share
    for decision in found.decisions:
        if decision.reason is Reason.SUPPORTERS_SHORT:
            voters = vote.supporters[decision.project].tolist()
            left = sum(found.share - spent[voter] for voter in voters)
            assert decision.missing == vote.costs[decision.project] - left
            assert decision.missing > 0
    assert found.total_cost == sum(vote.costs[project] for project in found.selected)
    assert found.total_cost <= vote.envelope


@pytest.mark.parametrize("kind", list(BallotKind))
def test_a_larger_vote_as_the_oracle(kind: BallotKind) -> None:
    """Enough voters and rounds for shares that run out one after the other."""
    rng = random.Random(11)
    costs = {str(number): rng.randint(200, 4_000) for number in range(25)}
    ballots = [
        {
            name: 1 if kind is APPROVAL else rng.randint(1, 6)
            for name in rng.sample(sorted(costs), rng.randint(0, 7))
        }
        for _ in range(150)
    ]
    vote = budget_vote(costs, 20_000, ballots, kind)
    for completion, rule in ((Completion.NONE, "none"), (Completion.ADD_ONE, "add1")):
        found = choose_projects(vote, Rule.EQUAL_SHARES, completion)
        assert names(vote, found) == oracle(costs, 20_000, ballots, kind, rule)
        check_sums(vote, found)
    assert found.increments > 0


@pytest.mark.parametrize(
    ("costs", "envelope", "ballots", "kind"),
    [
        (
            {"a": 10, "b": 6, "c": 4},
            20,
            [{"b": 1}, {"a": 1, "b": 1, "c": 1}, {"a": 1}, {"c": 1}, {"a": 1}, {"b": 1, "c": 1}],
            APPROVAL,
        ),
        (
            {"a": 14, "b": 14, "c": 35, "d": 14, "e": 14},
            70,
            [
                {"a": 1, "b": 1, "c": 1, "d": 1},
                {"c": 1, "d": 1},
                {"d": 1, "e": 1},
                {"c": 1, "e": 1},
                {"a": 1, "b": 1, "c": 1},
                {"a": 1, "c": 1},
            ],
            APPROVAL,
        ),
        (
            {"a": 14, "b": 14, "c": 17, "d": 35, "e": 14},
            70,
            [{"e": 3}, {"b": 3, "c": 3, "d": 2}, {}, {"a": 3, "b": 2}, {"a": 1, "b": 1, "c": 1}],
            POINTS,
        ),
        (
            {"a": 12, "b": 25, "c": 12, "d": 16, "e": 25, "f": 16, "g": 12},
            50,
            [
                {"e": 2},
                {"a": 1, "d": 2, "f": 3, "g": 1},
                {"a": 2, "d": 3, "e": 1},
                {"b": 2, "f": 1, "g": 1},
                {"a": 3, "b": 3, "d": 1, "f": 1, "g": 2},
            ],
            POINTS,
        ),
    ],
)
def test_ties_that_rounding_would_break(costs, envelope, ballots, kind) -> None:
    """Found by search: equal rates, or exactly enough money, that floating point gets wrong."""
    vote = budget_vote(costs, envelope, ballots, kind)
    found = choose_projects(vote, Rule.EQUAL_SHARES)
    assert names(vote, found) == oracle(costs, envelope, ballots, kind, "none")


def test_rates_that_differ_by_less_than_floating_point_tells() -> None:
    """Two projects whose exact rates differ in the 12th digit: the cheaper rate is bought."""
    large = 10**12
    costs = {"a": large + 1, "b": large}
    ballots = [{"a": 1, "b": 1}]
    vote = budget_vote(costs, large + 1, ballots, POINTS)
    assert names(vote, choose_projects(vote, Rule.EQUAL_SHARES)) == ["b"]
    # The same rate: the first identifier.
    vote = budget_vote({"b": large, "a": large}, large, ballots, POINTS)
    assert names(vote, choose_projects(vote, Rule.EQUAL_SHARES)) == ["a"]


def test_a_cost_that_supporters_miss_by_one() -> None:
    large = 3 * 10**15
    for short, expected in ((0, ["a"]), (1, [])):
        vote = budget_vote({"a": large // 3 + short}, large, [{"a": 1}, {}, {}], APPROVAL)
        assert names(vote, choose_projects(vote, Rule.EQUAL_SHARES)) == expected


def test_the_example_of_the_authors() -> None:
    """Equal shares protect a minority that greedy leaves with nothing."""
    costs = {"north": 40, "south": 40, "east": 40, "west": 40}
    ballots = [{"north": 1, "south": 1, "east": 1}] * 6 + [{"west": 1}] * 4
    vote = budget_vote(costs, 120, ballots, APPROVAL)
    assert names(vote, choose_projects(vote, Rule.GREEDY)) == ["east", "north", "south"]
    found = choose_projects(vote, Rule.EQUAL_SHARES, Completion.GREEDY)
    assert names(vote, found) == ["east", "west", "north"]
    east, west, south = (
        found.decisions[list(costs).index(one)] for one in ("east", "west", "south")
    )
    assert (east.paid_full, east.full_price, east.paid_less) == (6, Fraction(40, 6), 0)
    assert (west.paid_full, west.full_price) == (4, 10)
    assert (south.reason, south.missing) == (Reason.DID_NOT_FIT, 40)
    assert found.share == 12


def test_supporters_who_give_what_they_have_left() -> None:
    costs = {"a": 10, "b": 14}
    ballots = [{"a": 1, "b": 1}, {"b": 1}, {"a": 1}]
    found = choose_projects(budget_vote(costs, 30, ballots, APPROVAL), Rule.EQUAL_SHARES)
    assert found.payments(0) == [(0, 5), (2, 5)]
    assert found.payments(1) == [(0, 5), (1, 9)]
    b = found.decisions[1]
    assert (b.paid_full, b.full_price, b.paid_less, b.less_in_all) == (1, 9, 1, 5)


def test_costs_of_zero_and_above_the_envelope_and_no_support() -> None:
    costs = {"free": 0, "huge": 101, "alone": 5, "unwanted gift": 0, "fair": 50}
    ballots = [{"free": 1, "huge": 1, "fair": 1}, {"huge": 1}]
    vote = budget_vote(costs, 100, ballots, APPROVAL)
    for rule, completion in (
        (Rule.GREEDY, Completion.NONE),
        *((Rule.EQUAL_SHARES, completion) for completion in Completion),
    ):
        found = choose_projects(vote, rule, completion)
        assert names(vote, found) == ["free", "fair"]
        reasons = [decision.reason for decision in found.decisions]
        assert reasons[:4] == [Reason.FREE, Reason.TOO_DEAR, Reason.NO_SUPPORT, Reason.NO_SUPPORT]
        assert found.decisions[1].missing == 1


def test_a_project_above_the_envelope_does_not_stop_the_completion() -> None:
    """Shares grow until it could be bought: it takes no part, so the others still are."""
    costs = {"huge": 101, "fair": 60}
    ballots = [{"huge": 1}] * 9 + [{"fair": 1}]
    vote = budget_vote(costs, 100, ballots, APPROVAL)
    found = choose_projects(vote, Rule.EQUAL_SHARES, Completion.ADD_ONE)
    assert names(vote, found) == ["fair"]
    assert found.increments == 50


def test_one_unit_of_currency_is_added_whatever_the_smallest_unit() -> None:
    ballots = [{"a": 1}, {"b": 1}]
    in_euros = budget_vote({"a": 6, "b": 4}, 10, ballots, APPROVAL)
    in_cents = budget_vote({"a": 600, "b": 400}, 1000, ballots, APPROVAL, unit=100)
    for vote in (in_euros, in_cents):
        found = choose_projects(vote, Rule.EQUAL_SHARES, Completion.ADD_ONE)
        assert (names(vote, found), found.increments) == (["a", "b"], 1)


@pytest.mark.parametrize("completion", list(Completion))
def test_without_voters_or_money_nothing_is_chosen(completion: Completion) -> None:
    nobody = budget_vote({"a": 1}, 10, [], APPROVAL)
    nothing = budget_vote({"a": 1}, 0, [{"a": 1}, {}], APPROVAL)
    blank = budget_vote({"a": 1}, 10, [{}, {}], APPROVAL)
    for vote in (nobody, nothing, blank):
        assert choose_projects(vote, Rule.EQUAL_SHARES, completion).selected == ()
        assert choose_projects(vote, Rule.GREEDY).selected == ()


def test_greedy_with_points_goes_by_points() -> None:
    ballots = [{"a": 3, "b": 1, "c": 4}, {"b": 1}]
    vote = budget_vote({"a": 5, "b": 1, "c": 100}, 20, ballots, POINTS)
    found = choose_projects(vote, Rule.GREEDY)
    assert names(vote, found) == ["a", "b"]
    assert [decision.support for decision in found.decisions] == [3, 2, 4]


@pytest.mark.parametrize(
    ("costs", "envelope", "ballots", "kind", "unit"),
    [
        ({"a": -1}, 1, [], APPROVAL, 1),
        ({"a": 1}, -1, [], APPROVAL, 1),
        ({"a": 1}, 1, [{"b": 1}], APPROVAL, 1),
        ({"a": 1}, 1, [{"a": 2}], APPROVAL, 1),
        ({"a": 1}, 1, [{"a": -1}], POINTS, 1),
        ({"a": 1}, 1, [], POINTS, 0),
    ],
)
def test_what_is_no_vote_is_refused(costs, envelope, ballots, kind, unit) -> None:
    with pytest.raises(ValueError):
        budget_vote(costs, envelope, ballots, kind, unit=unit)


def test_two_runs_agree() -> None:
    rng = np.random.default_rng(1)
    ballots = [{str(one): 1 for one in rng.choice(30, 4, replace=False)} for _ in range(300)]
    vote = budget_vote({str(one): 50 + one for one in range(30)}, 900, ballots, APPROVAL)
    first, second = (choose_projects(vote, Rule.EQUAL_SHARES, Completion.ADD_ONE) for _ in range(2))
    assert first.decisions == second.decisions
