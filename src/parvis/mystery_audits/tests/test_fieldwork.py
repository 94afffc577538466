"""Dates, the absence of an answer, and what a save may and may not do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from parvis.accounts.tests.factories import PersonFactory
from parvis.editions.enums import WaveState
from parvis.foundation.errors import Conflict, Refusal
from parvis.mystery_audits.contact_page import delays, given_answers
from parvis.mystery_audits.enums import EDITABLE_STATES, ContactState
from parvis.mystery_audits.form_fields import moment_text, read_moment
from parvis.mystery_audits.models import Answer, Contact, Transition
from parvis.mystery_audits.operations.fieldwork import (
    Incomplete,
    StaleField,
    save_answer,
    save_comment,
    save_events,
    save_no_answer,
    start,
    submit,
)
from parvis.mystery_audits.tests.factories import ContactFactory, RunningWaveFactory
from parvis.organisations.tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def contact():
    return ContactFactory(channel="email")


def events(contact, changes, bases=None, by=None):
    return save_events(
        contact=contact,
        changes=changes,
        bases=bases or {},
        by=by or contact.mystery_citizen.person,
    )


def test_the_first_save_begins_the_contact_once(contact):
    by = contact.mystery_citizen.person
    save_comment(contact=contact, comment="Bien.", base="", by=by)
    start(contact=contact, by=by)
    assert Contact.objects.get().state == ContactState.IN_PROGRESS
    assert Transition.objects.count() == 1


@pytest.mark.parametrize("field", ["acknowledged_at", "answered_at"])
def test_an_answer_before_the_sending_is_refused(contact, field):
    now = timezone.now()
    with pytest.raises(Refusal, match="précéder") as refused:
        events(contact, {"sent_at": now - HOUR, field: now - 2 * HOUR})
    assert refused.value.field == field
    with pytest.raises(Refusal, match="d’abord"):
        events(contact, {field: now})
    # Nothing of the refused pair was stored.
    assert Contact.objects.get().sent_at is None


def test_moving_the_sending_after_the_answer_is_refused(contact):
    now = timezone.now()
    events(contact, {"sent_at": now - 3 * HOUR, "answered_at": now - 2 * HOUR})
    with pytest.raises(Refusal, match="précéder") as refused:
        events(contact, {"sent_at": now - HOUR}, {"sent_at": now - 3 * HOUR})
    assert refused.value.field == "sent_at"
    # Both moved together are judged together.
    events(
        contact,
        {"sent_at": now - HOUR, "answered_at": now},
        {"sent_at": now - 3 * HOUR, "answered_at": now - 2 * HOUR},
    )
    assert Contact.objects.get().answered_at == now


def test_an_answer_in_the_minute_of_the_sending_is_not_before_it(contact):
    sent = (timezone.now() - HOUR).replace(second=40)
    events(contact, {"sent_at": sent})
    events(contact, {"answered_at": sent.replace(second=0, microsecond=0)})
    assert Contact.objects.get().answered_at == sent


def test_the_same_minute_keeps_its_seconds(contact):
    sent = (timezone.now() - HOUR).replace(second=40)
    events(contact, {"sent_at": sent})
    revision = Contact.objects.get().revision
    events(contact, {"sent_at": sent.replace(second=0, microsecond=0)})
    stored = Contact.objects.get()
    assert (stored.sent_at, stored.revision) == (sent, revision)


def test_the_future_and_what_lies_outside_the_wave_are_refused(contact):
    now = timezone.now()
    for moment, said in (
        (now + HOUR, "avenir"),
        (now - timedelta(days=30), "pendant la vague"),
    ):
        with pytest.raises(Refusal, match=said) as refused:
            events(contact, {"sent_at": moment})
        assert refused.value.field == "sent_at"


def test_dates_are_read_and_written_in_the_zone_of_the_body():
    contact = ContactFactory(organisation=OrganisationFactory(departement_code="988"))
    moment = read_moment("2026-03-02T14:06", "Pacific/Noumea", "sent_at")
    assert moment.astimezone().utctimetuple()[:5] == (2026, 3, 2, 3, 6)
    assert moment_text(moment, "Pacific/Noumea") == "2026-03-02T14:06"
    from parvis.mystery_audits.questions import zone_of

    assert zone_of(contact) == "Pacific/Noumea"


def test_no_answer_and_a_dated_answer_exclude_each_other(contact):
    by = contact.mystery_citizen.person
    now = timezone.now()
    events(contact, {"sent_at": now - HOUR, "answered_at": now})
    with pytest.raises(Refusal, match="effacez sa date"):
        save_no_answer(contact=contact, no_answer=True, base=False, by=by)
    events(contact, {"answered_at": None}, {"answered_at": now})
    save_no_answer(contact=contact, no_answer=True, base=False, by=by)
    with pytest.raises(Refusal, match="décochez"):
        events(contact, {"answered_at": now})


def test_every_field_tells_two_versions_apart(contact):
    by = contact.mystery_citizen.person
    now = timezone.now()
    save_comment(contact=contact, comment="Ici.", base="", by=by)
    events(contact, {"sent_at": now - HOUR})
    save_no_answer(contact=contact, no_answer=True, base=False, by=by)
    stale = [
        lambda: save_comment(contact=contact, comment="Là.", base="", by=by),
        lambda: events(contact, {"sent_at": now - 2 * HOUR}),
        lambda: save_no_answer(contact=contact, no_answer=False, base=False, by=by),
    ]
    for act in stale:
        with pytest.raises(StaleField) as refused:
            act()
        assert refused.value.stored != refused.value.submitted
    # The same value again is no conflict, whatever it started from.
    save_comment(contact=contact, comment=" Ici.\r\n", base="autre", by=by)


def test_an_answer_taken_back_is_missing_and_leaves_no_trace_once_handed_in():
    contact = ContactFactory(channel="phone", in_progress=True, answers="best")
    by = contact.mystery_citizen.person
    save_answer(contact=contact, criterion="phone.rings", value="", base_revision=1, by=by)
    with pytest.raises(Incomplete) as refused:
        submit(contact=contact, by=by)
    assert [item.field for item in refused.value.missing] == ["phone.rings"]
    assert "Combien de sonneries" in refused.value.message
    save_answer(contact=contact, criterion="phone.rings", value="2", base_revision=2, by=by)
    Answer.objects.filter(criterion="phone.need_checked").update(value="")
    with pytest.raises(Incomplete):
        submit(contact=contact, by=by)
    save_answer(contact=contact, criterion="phone.need_checked", value="no", base_revision=1, by=by)
    submit(contact=contact, by=by)
    assert not Answer.objects.filter(value="").exists()


def test_a_written_request_needs_the_date_of_the_answer_or_its_absence(contact):
    with pytest.raises(Incomplete) as refused:
        submit(contact=contact, by=contact.mystery_citizen.person)
    fields = [item.field for item in refused.value.missing]
    assert fields[:2] == ["sent_at", "answered_at"]


@pytest.mark.parametrize(
    "state", sorted(set(ContactState) - EDITABLE_STATES - {ContactState.PLANNED})
)
def test_nothing_is_written_once_handed_in(state):
    contact = ContactFactory(state=state)
    with pytest.raises(Conflict, match="ne se modifie plus"):
        save_comment(contact=contact, comment="x", base="", by=contact.mystery_citizen.person)


def test_only_its_tester_writes_and_only_in_an_open_wave(contact):
    with pytest.raises(Conflict, match="quelqu’un d’autre"):
        start(contact=contact, by=PersonFactory())
    early = ContactFactory(wave=RunningWaveFactory(state=WaveState.PLANNED))
    with pytest.raises(Conflict, match="pas ouverte"):
        start(contact=early, by=early.mystery_citizen.person)


def test_delays_are_counted_in_working_hours_of_the_body():
    contact = ContactFactory(channel="email", in_progress=True)
    zone = "Europe/Paris"
    # A Friday at 16:00, answered the following Monday at 10:00: one hour, then one hour.
    contact.sent_at = read_moment("2026-03-06T16:00", zone, "sent_at")
    contact.answered_at = read_moment("2026-03-09T10:00", zone, "answered_at")
    assert {delay.hours for delay in delays(contact)} >= {2.0}


def test_given_answers_leave_out_what_was_not_asked():
    contact = ContactFactory(answers={"phone.no_hold": "yes"})
    given = {
        line.label: line.value
        for _title, lines in given_answers(
            contact, {answer.criterion: answer for answer in Answer.objects.all()}
        )
        for line in lines
    }
    assert "Oui" in given.values()
    assert not any("mise en attente a été annoncée" in label for label in given)
