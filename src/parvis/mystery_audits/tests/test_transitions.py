"""The gate of states: every pair of the table, and what happens when two people act at once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory
from parvis.editions.tests.factories import RegistrationFactory
from parvis.foundation.errors import Conflict
from parvis.journal.models import Entry
from parvis.mystery_audits.enums import CONTACT_TRANSITIONS, ContactState
from parvis.mystery_audits.models import Answer, Contact, Transition
from parvis.mystery_audits.operations.fieldwork import save_answer, submit
from parvis.mystery_audits.operations.planning import generate_contacts
from parvis.mystery_audits.operations.reviewing import take
from parvis.mystery_audits.operations.transitions import transition, transition_all
from parvis.mystery_audits.tests.factories import (
    ContactFactory,
    RunningWaveFactory,
    ScenarioFactory,
)


@pytest.mark.django_db
@pytest.mark.parametrize("from_state", ContactState)
def test_every_pair_of_states_follows_the_table(from_state):
    """Thirteen states, hence 169 pairs: each is tried, from the same contact put back in state."""
    contact = ContactFactory(state=from_state)
    by = PersonFactory()
    for to_state in ContactState:
        Contact.objects.filter(pk=contact.pk).update(state=from_state, revision=1)
        Transition.objects.all().delete()
        contact = Contact.objects.get()
        if to_state in CONTACT_TRANSITIONS[from_state]:
            transition(contact=contact, to_state=to_state, by=by, reason="parce que")
            stored = Contact.objects.get()
            assert (stored.state, stored.revision) == (to_state, 2)
            step = Transition.objects.get()
            kept = (step.from_state, step.to_state, step.actor, step.reason)
            assert kept == (from_state, to_state, by, "parce que")
            entry = Entry.objects.get(action=f"contact.{to_state}")
            assert (entry.actor_id, entry.subject_id, entry.organisation_id) == (
                by.pk,
                contact.pk,
                contact.organisation_id,
            )
        else:
            with pytest.raises(Conflict) as refused:
                transition(contact=contact, to_state=to_state, by=by)
            assert str(from_state.label) in refused.value.message
            assert str(to_state.label) in refused.value.message
            assert Contact.objects.get().state == from_state
            assert not Transition.objects.exists()


def test_nothing_follows_a_final_state():
    assert not CONTACT_TRANSITIONS[ContactState.FROZEN]
    assert not CONTACT_TRANSITIONS[ContactState.CANCELLED]


@pytest.mark.django_db
def test_the_second_of_two_who_act_on_the_same_version_is_told():
    contact = ContactFactory(submitted=True)
    same = Contact.objects.get(pk=contact.pk)
    transition(contact=contact, to_state=ContactState.IN_REVIEW, by=PersonFactory())
    with pytest.raises(Conflict, match="En relecture"):
        transition(contact=same, to_state=ContactState.IN_REVIEW, by=PersonFactory())
    assert Transition.objects.count() == 1


@pytest.mark.django_db
def test_an_older_revision_in_the_same_state_is_refused():
    contact = ContactFactory(in_progress=True)
    Contact.objects.filter(pk=contact.pk).update(revision=5)
    with pytest.raises(Conflict):
        transition(contact=contact, to_state=ContactState.SUBMITTED, by=PersonFactory())


@pytest.mark.django_db
def test_a_bulk_step_moves_all_or_none():
    planned = ContactFactory.create_batch(3, planned=True)
    frozen = ContactFactory(frozen=True)
    with pytest.raises(Conflict, match="1 « Figée »"):
        transition_all(
            contacts=Contact.objects.all(), to_state=ContactState.CANCELLED, by=None, reason="x"
        )
    assert not Transition.objects.exists()
    moved = transition_all(
        contacts=Contact.objects.exclude(pk=frozen.pk),
        to_state=ContactState.CANCELLED,
        by=None,
        reason="x",
    )
    assert moved == Transition.objects.count() == len(planned)
    assert Entry.objects.get(action="contacts.cancelled").details["contacts"] == 3


def _at_once(*acts: Callable[[], object]) -> list[Exception | None]:
    """Run the acts in threads that start together; their refusals, in order."""
    barrier = threading.Barrier(len(acts))
    refusals: list[Exception | None] = [None] * len(acts)

    def run(index: int, act: Callable[[], object]) -> None:
        try:
            with scopes_disabled():
                barrier.wait()
                act()
        except Exception as refusal:
            refusals[index] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refusals


needs_a_server = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="an in-memory database has one connection"
)


@needs_a_server
@pytest.mark.django_db(transaction=True)
def test_two_reviewers_at_the_same_instant_one_holds_the_contact():
    contact = ContactFactory(submitted=True)
    first, second = PersonFactory(reviewer=True), PersonFactory(reviewer=True)
    refusals = _at_once(
        lambda: take(contact=contact, by=first), lambda: take(contact=contact, by=second)
    )
    assert [type(refusal) for refusal in refusals].count(Conflict) == 1
    assert refusals.count(None) == 1
    assert Transition.objects.filter(to_state=ContactState.IN_REVIEW).count() == 1


@needs_a_server
@pytest.mark.django_db(transaction=True)
def test_a_double_click_on_submit_hands_in_once():
    contact = ContactFactory(in_progress=True, answers="best")
    by = contact.mystery_citizen.person
    refusals = _at_once(
        lambda: submit(contact=contact, by=by), lambda: submit(contact=contact, by=by)
    )
    assert refusals == [None, None]
    assert Transition.objects.filter(to_state=ContactState.SUBMITTED).count() == 1


@needs_a_server
@pytest.mark.django_db(transaction=True)
def test_two_screens_at_the_same_instant_one_answer_is_stored_and_the_other_is_told():
    contact = ContactFactory(in_progress=True)
    by = contact.mystery_citizen.person

    def answer(value: str) -> Callable[[], object]:
        return lambda: save_answer(
            contact=contact, criterion="phone.rings", value=value, base_revision=0, by=by
        )

    refusals = _at_once(answer("3"), answer("7"))
    assert sorted(type(refusal).__name__ for refusal in refusals) == ["NoneType", "StaleField"]
    assert Answer.objects.get().revision == 1


@needs_a_server
@pytest.mark.django_db(transaction=True)
def test_two_generations_at_the_same_instant_make_each_contact_once():
    wave = RunningWaveFactory(number=1)
    ScenarioFactory()
    RegistrationFactory(edition=wave.edition, confirmed=True, channels=True)
    refusals = _at_once(
        *[lambda: generate_contacts(wave=wave, per_channel={"phone": 5}, by=None)] * 2
    )
    assert refusals == [None, None]
    assert Contact.objects.count() == 5
