"""Polls that could not open, and polls put back from before their close: taken up again, ended,
and told as what they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled
from django_tasks_db.models import DBTaskResult

from parvis.accounts.tests.factories import sign_in
from parvis.foundation import keys_apart
from parvis.foundation.erasures import record_erasure, replay
from parvis.foundation.errors import Conflict
from parvis.foundation.models import OutgoingMail
from parvis.foundation.worker import run_pending
from parvis.organisations.tests.factories import MandateFactory
from parvis.staff_polls import keys
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.models import StaffPoll
from parvis.staff_polls.operations.releasing import close, close_unopened
from parvis.staff_polls.reading import Ending, ending_of
from parvis.staff_polls.tasks import follow_polls, prepare
from parvis.staff_polls.tests.factories import PollGroupFactory, StaffPollFactory
from parvis.staff_polls.tests.releases import show
from parvis.staff_polls.tests.voting import open_poll, put

pytestmark = pytest.mark.django_db


def launched_poll(*, ends_in: timedelta = timedelta(days=7)) -> StaffPoll:
    """Twelve agents wait; the keys are still to be made."""
    now = timezone.now()
    poll: StaffPoll = StaffPollFactory(
        state=PollState.PREPARING, launched_at=now - timedelta(days=1), closes_at=now + ends_in
    )
    group = PollGroupFactory(poll=poll, number=1, eligible=12)
    with scopes_disabled():
        for number in range(12):
            poll.roll.create(
                organisation_id=poll.organisation_id,
                group=group,
                email=f"agent{number}@service.example",
            )
    return poll


def coordinator_of(poll: StaffPoll) -> Client:
    return sign_in(Client(), MandateFactory(confirmed=True, organisation=poll.organisation).person)


def shown(client: Client, name: str, poll: StaffPoll) -> str:
    response = client.get(reverse(f"staff_polls:{name}", args=[poll.pk]))
    assert response.status_code == 200
    return response.content.decode()


def given_up(poll: StaffPoll, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its preparation fails until it is parked: the folder of keys cannot be written."""

    def read_only(_name: str, _content: bytes) -> None:
        raise OSError("read-only file system")

    queued = prepare.enqueue(poll.pk, "https://barometre.exemple.fr")
    with monkeypatch.context() as patch:
        patch.setattr(keys_apart, "write", read_only)
        for _try in range(20):
            DBTaskResult.objects.filter(pk=queued.id).update(run_after=timezone.now())
            run_pending()
    assert DBTaskResult.objects.get(pk=queued.id).status == "FAILED"


def test_a_preparation_given_up_is_taken_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    poll = launched_poll()
    given_up(poll, monkeypatch)
    client = coordinator_of(poll)
    assert "L’ouverture tarde" in shown(client, "poll", poll)

    follow_polls.func()
    run_pending()
    poll.refresh_from_db()
    assert poll.state == PollState.OPEN
    assert len(mail.outbox) == 12
    assert "https://barometre.exemple.fr" in str(mail.outbox[0].body)
    assert "L’ouverture tarde" not in shown(client, "poll", poll)


def test_a_poll_that_never_opened_ends_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    poll = launched_poll()
    given_up(poll, monkeypatch)
    StaffPoll.objects.filter(pk=poll.pk).update(closes_at=timezone.now())
    assert follow_polls.func() == 1

    poll.refresh_from_db()
    assert poll.state == PollState.CLOSED
    with scopes_disabled():
        assert not poll.roll.exists()
        assert ending_of(poll) is Ending.UNOPENED
    client = coordinator_of(poll)
    for name in ("poll", "results"):
        page = shown(client, name, poll)
        assert "n’a pas pu s’ouvrir" in page
        assert "Rien n’est encore dévoilé" not in page
    response = Client().get(reverse("staff_polls:landing", args=[poll.code]))
    assert response.status_code == 410
    assert "personne n’a pu voter" in response.content.decode()
    # Somebody restarts the task all the same: it invites nobody.
    prepare.func(poll.pk, "https://barometre.exemple.fr")
    assert not OutgoingMail.objects.exists()


def test_a_late_preparation_opens_nothing_past_the_end() -> None:
    poll = launched_poll(ends_in=timedelta(minutes=-1))
    prepare.func(poll.pk, "https://barometre.exemple.fr")

    poll.refresh_from_db()
    assert poll.state == PollState.PREPARING
    assert not keys.are_held(poll)


def test_what_has_opened_is_never_ended_uncounted() -> None:
    poll = open_poll(12)
    with pytest.raises(Conflict):
        close_unopened(poll=poll)
    poll.refresh_from_db()
    assert poll.state == PollState.OPEN


def test_a_poll_put_back_from_before_its_close_says_where_its_results_are() -> None:
    poll = open_poll(12)
    put(poll, 1, {"fierte": 1})
    show(poll, number=1, is_final=False)
    keys.destroy(poll)
    record_erasure(kind="staff_polls.StaffPoll", subject_id=poll.pk)
    with scopes_disabled():
        replay()
        poll.refresh_from_db()
        assert ending_of(poll) is Ending.RESTORED
    client = coordinator_of(poll)
    for name in ("poll", "results"):
        page = shown(client, name, poll)
        assert "que dans les sauvegardes faites après elle" in page
        assert "Le vote est ouvert" not in page
        assert "Le vote continue" not in page
    reveal = Client().get(reverse("staff_polls:reveal", args=[poll.code])).content.decode()
    assert "Le vote continue" not in reveal


def test_a_poll_that_was_counted_has_nothing_of_the_kind_to_say() -> None:
    poll = open_poll(12)
    close(poll=poll, by=None)
    poll.refresh_from_db()

    with scopes_disabled():
        assert ending_of(poll) is Ending.COUNTED
    assert "notice-warn" not in shown(coordinator_of(poll), "results", poll)
