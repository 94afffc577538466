"""The end of a phase: all or nothing, and nothing left that ties votes to who gave them."""

from __future__ import annotations

import itertools
import secrets

import pytest
from django.db import connection
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations.enums import ConsultationState, ContributionKind, PhaseKind, VoteKind
from parvis.consultations.models import (
    ClosedVote,
    Consultation,
    Contribution,
    Notice,
    Participant,
    Phase,
    PhaseFigures,
    Vote,
)
from parvis.consultations.operations import closing
from parvis.consultations.operations.answering import AnswerContent, answer
from parvis.consultations.operations.closing import close_consultation, close_phase
from parvis.consultations.operations.milestones import MilestoneContent, save_milestone
from parvis.consultations.operations.voting import Ballot, Choice, vote
from parvis.consultations.tasks.calendar import follow_calendar
from parvis.consultations.tests.factories import (
    ContributionFactory,
    PhaseFactory,
    closed,
    ended,
    participant,
    running_phase,
    written,
)
from parvis.foundation.errors import Conflict
from parvis.statistics.tests.chance import is_chance

VOTERS = 8
STATEMENTS = 4


@pytest.fixture(autouse=True)
def _no_scope():
    with scopes_disabled():
        yield


def voted(phase: Phase) -> dict[int, tuple[int, ...]]:
    """What each participant said, each in their own way, in any order of arrival."""
    drawn = secrets.SystemRandom()
    statements = written(
        phase, ContributionKind.STATEMENT, *(f"Affirmation {rank}" for rank in range(STATEMENTS))
    )
    people = [participant(phase.consultation) for _rank in range(VOTERS)]
    ways = drawn.sample(list(itertools.product((-1, 0, 1), repeat=STATEMENTS)), VOTERS)
    said = dict(zip((person.pk for person in people), ways, strict=True))
    acts = [(person, rank) for person in said for rank in range(STATEMENTS)]
    drawn.shuffle(acts)
    for person, rank in acts:
        choice = Choice(statements[rank].pk, said[person][rank])
        vote(Ballot(phase, person, VoteKind.OPINION, [choice]))
    return said


def ballots(phase: Phase) -> dict[int, tuple[int, ...]]:
    """What each number said, in the order in which the database gives the rows."""
    found: dict[int, list[int]] = {}
    rows = ClosedVote.objects.filter(phase=phase).order_by("pk")
    for voter, value in rows.values_list("voter", "value"):
        found.setdefault(voter, []).append(value)
    return {voter: tuple(values) for voter, values in found.items()}


@pytest.mark.django_db
def test_no_order_ties_participants_to_ballots_better_than_chance():
    """The attacker has every row there is: participants in each order, ballots in each order."""
    polls = 24
    right = {"keys": 0, "numbers": 0, "identities": 0}
    for _poll in range(polls):
        phase = running_phase(PhaseKind.OPINIONS)
        said = voted(phase)
        closed(phase)
        assert not Vote.objects.filter(phase=phase).exists()
        kept = ballots(phase)
        assert sorted(kept.values()) == sorted(said.values())
        assert set(kept) == set(range(1, VOTERS + 1))
        by_row, by_number = list(kept.values()), [kept[voter] for voter in sorted(kept)]
        rows = list(Participant.objects.filter(consultation=phase.consultation).order_by("pk"))
        in_order = [row.pk for row in rows]
        by_identity = [row.pk for row in sorted(rows, key=lambda row: row.identity)]
        right["keys"] += _right(said, in_order, by_row)
        right["numbers"] += _right(said, in_order, by_number)
        right["identities"] += _right(said, by_identity, by_row)
    # A random matching has one right, whatever its size.
    for attack, number in right.items():
        assert is_chance(number, polls), attack


def _right(said: dict[int, tuple[int, ...]], people: list[int], kept: list[tuple[int, ...]]) -> int:
    return sum(said[person] == ballot for person, ballot in zip(people, kept, strict=True))


@pytest.mark.django_db
def test_rows_are_written_in_the_order_of_their_numbers(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(closing, "_VOTERS_AT_ONCE", 3)
    phase = running_phase(PhaseKind.OPINIONS)
    said = voted(phase)
    closed(phase)
    rows = list(ClosedVote.objects.order_by("pk").values_list("voter", "subject", "other", "value"))
    assert len(rows) == VOTERS * STATEMENTS
    assert rows == sorted(rows)
    assert sorted(ballots(phase).values()) == sorted(said.values())


@pytest.mark.django_db
def test_a_close_cut_short_leaves_the_phase_as_it_was(monkeypatch: pytest.MonkeyPatch):
    phase = running_phase(PhaseKind.OPINIONS)
    voted(phase)
    before = sorted(Vote.objects.values_list("participant", "subject", "value"))

    def killed(_phase: Phase) -> dict[str, object]:
        raise KeyboardInterrupt

    monkeypatch.setattr(closing, "count", killed)
    with pytest.raises(KeyboardInterrupt):
        closed(phase)
    assert sorted(Vote.objects.values_list("participant", "subject", "value")) == before
    assert not ClosedVote.objects.exists()
    monkeypatch.undo()
    assert close_phase(phase=phase).participants == VOTERS
    assert close_phase(phase=phase).participants == VOTERS
    assert ClosedVote.objects.count() == len(before)


@pytest.mark.django_db
def test_what_was_computed_on_people_leaves_with_their_votes():
    phase = running_phase(PhaseKind.OPINIONS)
    voted(phase)
    PhaseFigures.objects.update_or_create(
        phase=phase,
        defaults={
            "organisation_id": phase.organisation_id,
            "state": {"people": [1, 2]},
            "computed_at": timezone.now(),
        },
    )
    closed(phase)
    assert not PhaseFigures.objects.filter(phase=phase).exclude(state={}).exists()


@pytest.mark.django_db
def test_supports_are_cut_when_the_consultation_closes_under_other_numbers():
    phase = running_phase()
    idea = ContributionFactory.create(phase=phase)
    people = [participant(phase.consultation) for _rank in range(3)]
    for person in people:
        vote(Ballot(phase, person.pk, VoteKind.SUPPORT, [Choice(idea.pk, 1)]))
    with pytest.raises(Conflict):
        close_consultation(consultation=phase.consultation)
    closed(phase)
    assert Vote.objects.count() == 3
    close_consultation(consultation=phase.consultation)
    assert not Vote.objects.exists()
    assert set(ClosedVote.objects.values_list("voter", "subject")) == {
        (number, idea.pk) for number in (1, 2, 3)
    }


@pytest.mark.django_db
def test_what_supporters_were_told_leaves_with_their_supports():
    phase = running_phase()
    author, supporter = (participant(phase.consultation) for _rank in range(2))
    idea = ContributionFactory.create(phase=phase, author=author)
    vote(Ballot(phase, supporter.pk, VoteKind.SUPPORT, [Choice(idea.pk, 1)]))
    by = PersonFactory.create()
    answer(contribution=idea, content=AnswerContent("retained", "Oui."), by=by, revision=None)
    today = timezone.localdate()
    save_milestone(
        consultation=phase.consultation,
        content=MilestoneContent(title="Fait", due_on=today, reached_on=today, contribution=idea),
        by=by,
    )
    assert Notice.objects.filter(participant=supporter, contribution=idea).count() == 2
    closed(phase)
    close_consultation(consultation=phase.consultation)
    assert not Notice.objects.filter(participant=supporter).exists()
    # What an author wrote is known to be theirs.
    assert Notice.objects.filter(participant=author, contribution=idea).count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_calendar_closes_wipes_and_tells_once():
    phase = running_phase(PhaseKind.OPINIONS)
    following = PhaseFactory.create(consultation=phase.consultation, kind=PhaseKind.IDEAS)
    voted(phase)
    ended(phase)
    follow_calendar.call()
    phase.refresh_from_db()
    following.refresh_from_db()
    assert phase.closed_at is not None
    assert phase.traces_wiped_at is not None
    assert following.closed_at is None
    told = Notice.objects.filter(phase=following)
    assert told.count() == VOTERS
    # The first one began before anybody was there, and is over.
    assert Notice.objects.count() == VOTERS
    assert follow_calendar.call() == 0
    assert told.count() == VOTERS
    ended(following)
    follow_calendar.call()
    consultation = Consultation.objects.get(pk=phase.consultation_id)
    assert consultation.state == ConsultationState.CLOSED
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_relation_size(%s)", [Vote._meta.db_table])
            assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_a_wipe_that_failed_is_done_by_the_next_round(monkeypatch: pytest.MonkeyPatch):
    phase = running_phase(PhaseKind.OPINIONS)
    voted(phase)

    def busy(*_tables: type) -> None:
        raise OSError

    monkeypatch.setattr(closing, "wipe_freed_space", busy)
    closed(phase)
    phase.refresh_from_db()
    assert phase.closed_at is not None
    assert phase.traces_wiped_at is None
    with pytest.raises(RuntimeError):
        follow_calendar.call()
    monkeypatch.undo()
    follow_calendar.call()
    phase.refresh_from_db()
    assert phase.traces_wiped_at is not None
    assert Contribution.objects.count() == STATEMENTS
