"""What fieldwork holds back: the dates of waves, and withdrawals after a test."""

from __future__ import annotations

import pytest

from parvis.editions.enums import RegistrationState
from parvis.editions.locks import Section, locks_of, objection_to_withdrawal
from parvis.editions.operations import withdraw
from parvis.editions.tests.factories import RegistrationFactory
from parvis.foundation.errors import Refusal
from parvis.mystery_audits.tests.factories import ContactFactory, RunningWaveFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def registration():
    wave = RunningWaveFactory()
    return RegistrationFactory(edition=wave.edition, confirmed=True)


def contact_of(registration, **traits):
    return ContactFactory(
        organisation=registration.organisation,
        wave=registration.edition.waves.get(),
        **traits,
    )


def test_planned_contacts_hold_the_dates_of_the_waves(registration):
    assert Section.WAVES not in locks_of(registration.edition)
    contact_of(registration, planned=True)
    assert Section.WAVES in locks_of(registration.edition)


def test_a_body_withdraws_while_nothing_is_planned(registration):
    contact_of(registration, cancelled=True)
    withdraw(registration=registration, reason="Changement d’avis.", by=registration.submitted_by)
    registration.refresh_from_db()
    assert registration.state == RegistrationState.WITHDRAWN


@pytest.mark.parametrize("state", ["planned", "in_progress", "validated"])
def test_a_body_with_contacts_no_longer_withdraws_by_itself(registration, state):
    contact_of(registration, **{state: True})
    with pytest.raises(Refusal, match="écrivez à l’opérateur"):
        withdraw(
            registration=registration, reason="Changement d’avis.", by=registration.submitted_by
        )


def test_the_contacts_of_another_body_do_not_hold_it_back(registration):
    ContactFactory(wave=registration.edition.waves.get(), in_progress=True)
    assert objection_to_withdrawal(registration) == ""
