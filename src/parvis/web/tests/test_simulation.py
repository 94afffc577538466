"""Every page that shows made-up bodies or results says "simulation"; no other page does."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from parvis.accounts.enums import RoleKind
from parvis.accounts.models import Person
from parvis.accounts.tests.factories import PersonFactory, sign_in
from parvis.editions.tests.factories import EditionFactory, RegistrationFactory
from parvis.mystery_audits.tests.factories import ContactFactory, MysteryCitizenFactory
from parvis.organisations.models import Organisation
from parvis.organisations.tests.factories import MandateFactory

pytestmark = pytest.mark.django_db

BANNER = "Simulation\u00a0: organismes fictifs"


def says_simulation(client: Client, page: str, *args: object) -> bool:
    answer = client.get(reverse(page, args=args))
    assert answer.status_code == 200
    return BANNER in answer.content.decode()


@pytest.mark.parametrize("simulated", [True, False], ids=["made-up", "real"])
class TestPagesOfTheOperator:
    @pytest.fixture
    def operator(self, client: Client) -> Client:
        sign_in(client, PersonFactory(operator=True), RoleKind.OPERATOR)
        return client

    def test_editions(self, operator: Client, simulated: bool) -> None:
        EditionFactory(is_simulated=simulated)
        assert says_simulation(operator, "editions:board_list") == simulated
        assert says_simulation(operator, "web:home") == simulated

    def test_requests_to_act(self, operator: Client, simulated: bool) -> None:
        Organisation.objects.filter(pk=MandateFactory().organisation_id).update(
            is_simulated=simulated
        )
        assert says_simulation(operator, "organisations:mandates") == simulated
        assert says_simulation(operator, "web:home") == simulated
        assert not says_simulation(operator, "organisations:decided_mandates")

    def test_decided_requests(self, operator: Client, simulated: bool) -> None:
        decided = MandateFactory(confirmed=True)
        Organisation.objects.filter(pk=decided.organisation_id).update(is_simulated=simulated)
        assert says_simulation(operator, "organisations:decided_mandates") == simulated

    def test_what_is_to_review_and_the_panel(self, operator: Client, simulated: bool) -> None:
        citizen = MysteryCitizenFactory()
        contact = ContactFactory(submitted=True, mystery_citizen=citizen)
        edition = contact.wave.edition
        edition.is_simulated = simulated
        edition.save(update_fields=["is_simulated"])
        assert says_simulation(operator, "mystery_audits:review_queue") == simulated
        assert says_simulation(operator, "mystery_audits:panel") == simulated
        assert says_simulation(operator, "mystery_audits:panel_member", citizen.pk) == simulated
        assert says_simulation(operator, "mystery_audits:panel_departure", citizen.pk) == simulated


@pytest.mark.parametrize("simulated", [True, False], ids=["made-up", "real"])
def test_the_home_page_of_a_coordinator(client: Client, simulated: bool) -> None:
    mandate = MandateFactory(confirmed=True)
    edition = EditionFactory(complete=True, is_simulated=simulated)
    RegistrationFactory(edition=edition, organisation=mandate.organisation)
    sign_in(client, mandate.person)
    assert says_simulation(client, "web:home") == simulated


@pytest.mark.parametrize("simulated", [True, False], ids=["made-up", "real"])
def test_the_roles_that_name_a_body(client: Client, simulated: bool) -> None:
    mandate = MandateFactory(confirmed=True)
    Organisation.objects.filter(pk=mandate.organisation_id).update(is_simulated=simulated)
    sign_in(client, mandate.person)
    assert says_simulation(client, "accounts:hats") == simulated


@pytest.mark.parametrize("simulated", [True, False], ids=["made-up", "real"])
def test_the_pages_of_a_mystery_citizen_even_once_all_is_handed_in(
    client: Client, simulated: bool
) -> None:
    citizen = MysteryCitizenFactory()
    contact = ContactFactory(submitted=True, mystery_citizen=citizen)
    edition = contact.wave.edition
    edition.is_simulated = simulated
    edition.save(update_fields=["is_simulated"])
    person: Person = citizen.person
    sign_in(client, person)
    assert says_simulation(client, "web:home") == simulated
    assert says_simulation(client, "mystery_audits:my_contacts") == simulated
