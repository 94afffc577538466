"""Votes that two processes write at the same instant, on a server's database."""

from __future__ import annotations

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.consultations.enums import ContributionKind, PhaseKind, VoteKind
from parvis.consultations.models import ClosedVote, Phase, Vote
from parvis.consultations.operations.closing import close_phase
from parvis.consultations.operations.voting import Ballot, Choice, commit
from parvis.consultations.tests.factories import (
    ContributionFactory,
    PhaseFactory,
    participant,
    running_phase,
    written,
)
from parvis.foundation.tests.races import at_once, needs_a_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _server():
    needs_a_server()
    with scopes_disabled():
        yield


def whole(phase: Phase, who: int, *projects: int) -> Ballot:
    choices = [Choice(key, 1) for key in projects]
    return Ballot(phase, who, VoteKind.ALLOCATION, choices, replaces=True)


def opinion(phase: Phase, who: int, key: int, value: int = 1) -> Ballot:
    return Ballot(phase, who, VoteKind.OPINION, [Choice(key, value)])


@pytest.fixture
def opinions() -> Phase:
    return running_phase(PhaseKind.OPINIONS)


@pytest.fixture
def statement(opinions) -> int:
    return written(opinions, ContributionKind.STATEMENT, "Des bancs.")[0].pk


def budget_beside(phase: Phase) -> tuple[Phase, list[int]]:
    """A budget of the same consultation, with three projects."""
    budget = PhaseFactory.create(consultation=phase.consultation, kind=PhaseKind.BUDGET)
    projects = [
        ContributionFactory.create(phase=budget, kind=ContributionKind.PROJECT, cost_euros=100).pk
        for _rank in range(3)
    ]
    return budget, projects


def test_of_two_whole_ballots_one_is_left_whole(opinions):
    budget, (first, second, third) = budget_beside(opinions)
    who = participant(opinions.consultation).pk
    failed = at_once(
        lambda: commit([whole(budget, who, first, second)]),
        lambda: commit([whole(budget, who, third)]),
    )
    assert failed is None
    assert list(Vote.objects.values_list("subject", flat=True)) == [third]


def test_one_vote_by_two_processes_is_one_vote(opinions, statement):
    who = participant(opinions.consultation).pk
    failed = at_once(
        lambda: commit([opinion(opinions, who, statement)]),
        lambda: commit([opinion(opinions, who, statement, -1)]),
    )
    assert failed is None
    assert list(Vote.objects.values_list("value", flat=True)) == [-1]


def test_a_whole_ballot_does_not_hold_up_the_other_votes_of_its_voter(opinions, statement):
    """Each would wait for the other: for the voter's row, and for a vote both write."""
    budget, projects = budget_beside(opinions)
    voter, other = (participant(opinions.consultation).pk for _rank in range(2))
    failed = at_once(
        lambda: commit([opinion(opinions, voter, statement), opinion(opinions, other, statement)]),
        lambda: commit([whole(budget, voter, *projects), opinion(opinions, other, statement, -1)]),
    )
    assert failed is None
    assert Vote.objects.filter(phase=budget).count() == 3
    assert dict(Vote.objects.filter(phase=opinions).values_list("participant", "value")) == {
        voter: 1,
        other: -1,
    }


def test_a_close_waits_for_the_votes_under_way_and_counts_them(opinions, statement):
    who = participant(opinions.consultation).pk

    def vote_at_the_last_second() -> None:
        assert commit([opinion(opinions, who, statement)]) == [who]
        Phase.objects.filter(pk=opinions.pk).update(closes_at=timezone.now())

    failed = at_once(vote_at_the_last_second, lambda: close_phase(phase=opinions))
    assert failed is None
    assert ClosedVote.objects.count() == 1
    assert Phase.objects.get(pk=opinions.pk).participants == 1
