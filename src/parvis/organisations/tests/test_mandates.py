"""Who may act for a body: every transition, the refusals, and two decisions at once."""

import threading

import pytest
from django.db import connection, connections
from django_scopes import scopes_disabled

from parvis.accounts.departures import end_everything
from parvis.accounts.hats import hats_of
from parvis.accounts.models import Person
from parvis.accounts.tests.factories import PersonFactory
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.models import OutgoingMail
from parvis.journal.models import Entry
from parvis.organisations.enums import MANDATE_TRANSITIONS, MandateState
from parvis.organisations.models import Mandate
from parvis.organisations.operations import (
    confirm_mandate,
    end_mandate,
    refuse_mandate,
    request_mandate,
)
from parvis.organisations.personal_data import KEPT_AFTER_DECISION, blank_old_mandates
from parvis.organisations.tests.factories import MandateFactory, OrganisationFactory

pytestmark = pytest.mark.django_db

ACTS = {
    MandateState.CONFIRMED: lambda mandate, by: confirm_mandate(mandate=mandate, by=by),
    MandateState.REFUSED: lambda mandate, by: refuse_mandate(mandate=mandate, by=by, reason="Non"),
    MandateState.ENDED: lambda mandate, by: end_mandate(mandate=mandate, by=by, reason="Fin"),
    MandateState.REQUESTED: lambda mandate, by: request_mandate(
        person=mandate.person, organisation=mandate.organisation, function="encore"
    ),
}


def mandate_in(state):
    if state == MandateState.REQUESTED:
        return MandateFactory()
    return MandateFactory(confirmed=True, state=state, reason="avant")


@pytest.mark.parametrize("before", list(MandateState))
@pytest.mark.parametrize("after", [s for s in MandateState if s != MandateState.REQUESTED])
def test_only_the_transitions_of_the_table_are_possible(before, after):
    mandate, operator = mandate_in(before), PersonFactory()
    if after in MANDATE_TRANSITIONS[before]:
        ACTS[after](mandate, operator)
        mandate.refresh_from_db()
        assert mandate.state == after
        assert mandate.decided_by == operator
        entry = Entry.objects.get(action=f"mandate.{after.value}")
        assert (entry.actor_id, entry.organisation_id) == (operator.pk, mandate.organisation_id)
        mail = OutgoingMail.objects.get()
        assert mail.to == mandate.person.email
        assert mandate.organisation.name in mail.subject + mail.body
        assert mandate.reason in mail.body
    else:
        with pytest.raises(Conflict, match="changé d’état"):
            ACTS[after](mandate, operator)
        mandate.refresh_from_db()
        assert mandate.state == before
        assert not Entry.objects.exists()
        assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("before", [MandateState.REFUSED, MandateState.ENDED])
def test_asking_again_starts_afresh(before):
    mandate = mandate_in(before)
    again = ACTS[MandateState.REQUESTED](mandate, None)
    assert again.pk == mandate.pk
    assert (again.state, again.function, again.reason) == ("requested", "encore", "")
    assert again.decided_at is None
    assert again.decided_by is None


@pytest.mark.parametrize("before", [MandateState.REQUESTED, MandateState.CONFIRMED])
def test_asking_twice_changes_nothing(before):
    mandate = mandate_in(before)
    again = ACTS[MandateState.REQUESTED](mandate, None)
    assert (again.pk, again.state, again.function) == (mandate.pk, before, mandate.function)
    assert not Entry.objects.exists()


def test_a_request_opens_a_hat_that_is_effective_once_confirmed():
    person, body = PersonFactory(), OrganisationFactory()
    mandate = request_mandate(person=person, organisation=body, function=" directrice  générale ")
    assert mandate.function == "directrice générale"
    [hat] = hats_of(person)
    assert not hat.is_effective
    confirm_mandate(mandate=mandate, by=PersonFactory(), base_url="https://exemple.invalid")
    [hat] = hats_of(person)
    assert hat.is_effective
    assert "https://exemple.invalid" in OutgoingMail.objects.get().body


@pytest.mark.parametrize(
    ("function", "message"), [("  ", "Indiquez votre fonction"), ("x" * 121, "120")]
)
def test_the_function_is_required_and_bounded(function, message):
    with pytest.raises(Refusal, match=message) as refusal:
        request_mandate(
            person=PersonFactory(), organisation=OrganisationFactory(), function=function
        )
    assert refusal.value.field == "function"


def test_nobody_asks_for_a_body_that_no_longer_exists():
    gone = OrganisationFactory(successor=OrganisationFactory())
    with pytest.raises(Refusal, match="n’existe plus"):
        request_mandate(person=PersonFactory(), organisation=gone, function="maire")


@pytest.mark.parametrize("after", [MandateState.CONFIRMED, MandateState.REFUSED])
def test_nobody_decides_their_own_request(after):
    mandate = MandateFactory()
    with pytest.raises(Refusal, match="votre propre demande"):
        ACTS[after](mandate, mandate.person)
    mandate.refresh_from_db()
    assert mandate.state == MandateState.REQUESTED


@pytest.mark.parametrize("act", [refuse_mandate, end_mandate])
@pytest.mark.parametrize("reason", ["", " \n ", "x" * 501])
def test_a_reason_is_required_and_bounded(act, reason):
    mandate = MandateFactory(confirmed=act is end_mandate)
    with pytest.raises(Refusal) as refusal:
        act(mandate=mandate, by=PersonFactory(), reason=reason)
    assert refusal.value.field == "reason"


def test_whoever_leaves_acts_for_nobody_any_more():
    person, operator = PersonFactory(), PersonFactory()
    MandateFactory(person=person, confirmed=True)
    MandateFactory(person=person)
    other = MandateFactory(confirmed=True)
    end_everything(person, operator)
    assert not hats_of(person)
    assert sorted(Mandate.objects.of(person).values_list("state", flat=True)) == [
        "ended",
        "refused",
    ]
    other.refresh_from_db()
    assert other.state == MandateState.CONFIRMED
    assert not OutgoingMail.objects.exists()


def test_old_decisions_lose_their_words_not_their_existence():
    old = MandateFactory(confirmed=True, state=MandateState.ENDED, reason="Départ")
    kept = MandateFactory(confirmed=True)
    now = old.decided_at + KEPT_AFTER_DECISION
    assert blank_old_mandates(now, dry_run=False) == 0
    later = now + KEPT_AFTER_DECISION
    assert blank_old_mandates(later, dry_run=True) == 1
    assert blank_old_mandates(later, dry_run=False) == 1
    assert blank_old_mandates(later, dry_run=False) == 0
    old.refresh_from_db()
    kept.refresh_from_db()
    assert (old.function, old.reason) == ("", "")
    assert kept.function


@pytest.mark.django_db(transaction=True)
def test_two_operators_at_once_decide_once():
    if connection.vendor == "sqlite":
        pytest.skip("an in-memory SQLite database has a single connection")
    mandate, operators = MandateFactory(), [PersonFactory(), PersonFactory()]
    start = threading.Barrier(2)
    outcomes = []

    def decide(operator: Person) -> None:
        try:
            with scopes_disabled():
                start.wait()
                confirm_mandate(mandate=mandate, by=operator)
            outcomes.append("confirmed")
        except Conflict:
            outcomes.append("conflict")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=decide, args=(operator,)) for operator in operators]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["confirmed", "conflict"]
    assert OutgoingMail.objects.count() == 1
    assert Entry.objects.filter(action="mandate.confirmed").count() == 1
