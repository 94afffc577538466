"""Acts of the fieldwork at the same instant, on a server's database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from parvis.accounts.tests.factories import PersonFactory
from parvis.editions.operations import rules_of, update_edition, withdraw
from parvis.editions.rules import WaveRule
from parvis.editions.tests.factories import RegistrationFactory
from parvis.foundation.errors import Conflict
from parvis.foundation.tests.races import at_once, needs_a_server
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.models import Contact, Evidence
from parvis.mystery_audits.operations.assignments import assign_evenly
from parvis.mystery_audits.operations.evidence import add_evidence
from parvis.mystery_audits.operations.panel import leave_panel
from parvis.mystery_audits.operations.planning import generate_contacts
from parvis.mystery_audits.operations.reviewing import return_to_tester, take, validate
from parvis.mystery_audits.tests.factories import (
    ContactFactory,
    MysteryCitizenFactory,
    ScenarioFactory,
)
from parvis.questionnaires.enums import Channel

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {Channel.PHONE: 2}


@pytest.fixture(autouse=True)
def _server() -> None:
    needs_a_server()


@pytest.fixture
def registration():
    ScenarioFactory()
    return RegistrationFactory(confirmed=True, channels=True)


def test_no_contact_is_made_for_a_body_that_is_withdrawing(registration) -> None:
    wave = registration.edition.waves.first()
    by = PersonFactory()
    at_once(
        lambda: withdraw(registration=registration, reason="calendrier", by=by),
        lambda: generate_contacts(wave=wave, per_channel=PHONE, by=by),
    )
    assert not Contact.objects.exists()


def test_a_body_does_not_withdraw_while_its_contacts_are_being_made(registration) -> None:
    wave = registration.edition.waves.first()
    by = PersonFactory()
    refusal = at_once(
        lambda: generate_contacts(wave=wave, per_channel=PHONE, by=by),
        lambda: withdraw(registration=registration, reason="calendrier", by=by),
    )
    registration.refresh_from_db()
    assert isinstance(refusal, Conflict)
    assert registration.takes_part


def test_a_wave_does_not_move_while_its_contacts_are_being_made(registration) -> None:
    edition = registration.edition
    wave = edition.waves.first()
    by = PersonFactory()
    rules = rules_of(edition)
    later = [
        WaveRule(w.starts_on + timedelta(days=7), w.ends_on + timedelta(days=7))
        for w in rules.waves
    ]
    refusal = at_once(
        lambda: generate_contacts(wave=wave, per_channel=PHONE, by=by),
        lambda: update_edition(
            edition=edition, rules=replace(rules, waves=later), revision=edition.revision, by=by
        ),
    )
    assert isinstance(refusal, Conflict)


def test_nothing_is_given_to_somebody_who_is_leaving_the_panel() -> None:
    leaver, stayer = MysteryCitizenFactory(), MysteryCitizenFactory()
    contacts = [ContactFactory(planned=True, rank=rank) for rank in (1, 2)]
    by = PersonFactory()
    assert (
        at_once(
            lambda: leave_panel(citizen=leaver, by=by),
            lambda: assign_evenly(wave=contacts[0].wave, by=by),
        )
        is None
    )
    assert not Contact.objects.filter(mystery_citizen=leaver).exists()
    assert Contact.objects.filter(mystery_citizen=stayer).exists()


def test_somebody_leaves_with_what_is_being_given_to_them() -> None:
    leaver = MysteryCitizenFactory()
    contact = ContactFactory(planned=True)
    by = PersonFactory()
    assert (
        at_once(
            lambda: assign_evenly(wave=contact.wave, by=by),
            lambda: leave_panel(citizen=leaver, by=by),
        )
        is None
    )
    assert not Contact.objects.filter(mystery_citizen=leaver).exists()


def test_of_two_decisions_on_a_contact_one_holds() -> None:
    reviewer = PersonFactory()
    contact = ContactFactory(in_review=True, reviewer=reviewer)
    refusal = at_once(
        lambda: validate(contact=contact, by=reviewer),
        lambda: return_to_tester(contact=contact, reason="L’heure manque.", by=reviewer),
    )
    contact.refresh_from_db()
    assert isinstance(refusal, Conflict)
    assert contact.state == ContactState.VALIDATED


def test_of_two_reviewers_one_holds_the_contact() -> None:
    first, second = PersonFactory(reviewer=True), PersonFactory(reviewer=True)
    contact = ContactFactory(submitted=True)
    refusal = at_once(
        lambda: take(contact=contact, by=first), lambda: take(contact=contact, by=second)
    )
    contact.refresh_from_db()
    assert isinstance(refusal, Conflict)
    assert contact.reviewer == first


def test_one_number_drawn_for_two_contacts_is_one_piece(tmp_path: Path, settings) -> None:
    settings.EVIDENCE_ROOT = tmp_path
    mine, other = ContactFactory(in_progress=True), ContactFactory(in_progress=True)
    number = uuid4()

    def send(contact: Contact) -> None:
        add_evidence(
            contact=contact,
            file=SimpleUploadedFile("appel.txt", f"appel {contact.pk}".encode()),
            kind="call_log",
            client_id=number,
            by=contact.mystery_citizen.person,
        )

    refusal = at_once(lambda: send(mine), lambda: send(other))
    assert isinstance(refusal, Conflict)
    assert Evidence.objects.filter(conflicts_with__isnull=True).count() == 1
    assert Evidence.objects.count() == 2
