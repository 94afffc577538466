"""Votes: one a person and a subject, the last word counts, none after the close."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from parvis.consultations.entrance import secret_hash
from parvis.consultations.enums import ContributionKind, PhaseKind, VoteKind
from parvis.consultations.models import ClosedVote, Contribution, Phase, Vote
from parvis.consultations.operations.closing import close_phase
from parvis.consultations.operations.voting import (
    Ballot,
    Choice,
    Stranger,
    commit,
    own_votes,
    preference,
    vote,
)
from parvis.consultations.tests.factories import (
    ContributionFactory,
    ended,
    participant,
    running_phase,
    with_access,
    written,
)
from parvis.foundation.errors import Conflict, Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_scope")]


def opinion(phase: Phase, who: int, subject: Contribution, value: int | None) -> None:
    vote(Ballot(phase, who, VoteKind.OPINION, [Choice(subject.pk, value)]))


def test_the_last_word_counts_and_may_be_taken_back():
    phase = running_phase(PhaseKind.OPINIONS)
    (statement,) = written(phase, ContributionKind.STATEMENT, "Il faut plus de bancs.")
    voter = participant(phase.consultation)
    opinion(phase, voter.pk, statement, 1)
    opinion(phase, voter.pk, statement, 1)
    opinion(phase, voter.pk, statement, -1)
    assert own_votes(voter) == {(statement.pk, 0): -1}
    opinion(phase, voter.pk, statement, None)
    assert own_votes(voter) == {}


def test_supporters_are_counted_from_the_votes():
    phase = running_phase()
    idea = ContributionFactory.create(phase=phase)
    Contribution.objects.filter(pk=idea.pk).update(support_count=50)
    for _rank in range(3):
        who = participant(phase.consultation)
        for _again in range(2):
            vote(Ballot(phase, who.pk, VoteKind.SUPPORT, [Choice(idea.pk, 1)]))
    idea.refresh_from_db()
    assert idea.support_count == 3
    vote(Ballot(phase, who.pk, VoteKind.SUPPORT, [Choice(idea.pk, None)]))
    idea.refresh_from_db()
    assert idea.support_count == 2


def test_a_whole_ballot_replaces_the_former_one():
    phase = running_phase(PhaseKind.BUDGET)
    projects = [
        ContributionFactory.create(phase=phase, kind=ContributionKind.PROJECT, cost_euros=cost)
        for cost in (100, 200, 300)
    ]
    who = participant(phase.consultation)

    def approve(*chosen: Contribution) -> None:
        choices = [Choice(one.pk, 1) for one in chosen]
        vote(Ballot(phase, who.pk, VoteKind.ALLOCATION, choices, replaces=True))

    approve(projects[0], projects[1])
    approve(projects[2])
    assert own_votes(who) == {(projects[2].pk, 0): 1}


def test_a_preference_is_one_row_whichever_way_it_is_said():
    phase = running_phase(PhaseKind.PAIRS)
    first, second = written(phase, ContributionKind.ITEM, "Vélo", "Bus")
    who = participant(phase.consultation)
    vote(Ballot(phase, who.pk, VoteKind.PREFERENCE, [preference(first.pk, second.pk)]))
    vote(Ballot(phase, who.pk, VoteKind.PREFERENCE, [preference(second.pk, first.pk)]))
    assert own_votes(who) == {(first.pk, second.pk): -1}


@pytest.mark.parametrize("value", [2, -2, 100])
def test_a_value_that_is_none_is_refused(value: int):
    phase = running_phase(PhaseKind.OPINIONS)
    (statement,) = written(phase, ContributionKind.STATEMENT, "Oui.")
    with pytest.raises(Refusal):
        opinion(phase, participant(phase.consultation).pk, statement, value)


def test_a_subject_of_another_phase_is_refused():
    phase, elsewhere = running_phase(PhaseKind.OPINIONS), running_phase(PhaseKind.OPINIONS)
    (statement,) = written(elsewhere, ContributionKind.STATEMENT, "Ailleurs.")
    with pytest.raises(Conflict):
        opinion(phase, participant(phase.consultation).pk, statement, 1)
    assert not Vote.objects.exists()


def test_nothing_is_taken_from_the_second_of_the_close_on():
    phase = running_phase(PhaseKind.OPINIONS)
    (statement,) = written(phase, ContributionKind.STATEMENT, "Trop tard.")
    Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now())
    with pytest.raises(Conflict, match="close"):
        opinion(phase, participant(phase.consultation).pk, statement, 1)


def test_each_of_those_who_vote_together_has_an_outcome_of_their_own():
    phase, over = running_phase(PhaseKind.OPINIONS), ended(running_phase(PhaseKind.OPINIONS))
    (statement,) = written(phase, ContributionKind.STATEMENT, "Des bancs.")
    (known, secret), (other, _secret) = (
        with_access(phase.consultation),
        with_access(over.consultation),
    )

    def says(
        who: int | str, value: int | None = 1, where: Phase = phase, subject: int = 0
    ) -> Ballot:
        choice = Choice(subject or statement.pk, value)
        return Ballot(where, who, VoteKind.OPINION, [choice])

    held = secret_hash(secret)
    outcomes = commit(
        [
            says(held, 0),
            says("0" * 64),
            says(other.pk, where=over),
            says(held, where=over),
            says(known.pk, subject=10**9),
            says(known.pk, -1),
        ]
    )
    kinds = [one if isinstance(one, int) else type(one) for one in outcomes]
    assert kinds == [known.pk, Stranger, Conflict, Conflict, Conflict, known.pk]
    assert own_votes(known) == {(statement.pk, 0): -1}
    assert Vote.objects.count() == 1


def test_the_ballots_of_a_closed_phase_are_tied_to_nobody():
    phase = running_phase(PhaseKind.OPINIONS)
    (statement,) = written(phase, ContributionKind.STATEMENT, "Des bancs.")
    voters = [participant(phase.consultation) for _rank in range(4)]
    for rank, who in enumerate(voters):
        opinion(phase, who.pk, statement, 1 if rank else -1)
    Phase.objects.filter(pk=phase.pk).update(closes_at=timezone.now() - timedelta(seconds=1))
    closed = close_phase(phase=phase)
    assert closed.participants == 4
    assert not Vote.objects.exists()
    assert sorted(ClosedVote.objects.values_list("voter", "value")) != []
    assert sorted(ClosedVote.objects.values_list("value", flat=True)) == [-1, 1, 1, 1]
    assert set(ClosedVote.objects.values_list("voter", flat=True)) == {1, 2, 3, 4}
    assert close_phase(phase=phase).participants == 4
