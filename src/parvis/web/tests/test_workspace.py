"""The home page of each hat: what waits for it, and nothing of what it may not see."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django_scopes import scopes_disabled

from parvis.accounts.enums import RoleKind
from parvis.accounts.models import Person
from parvis.accounts.tests.factories import PersonFactory, RoleFactory, sign_in
from parvis.editions.enums import OptionCode
from parvis.editions.models import RegistrationOption
from parvis.editions.tests.factories import EditionFactory, RegistrationFactory
from parvis.feedback.enums import AlertKind
from parvis.feedback.operations.alerts import close_by_itself, open_alert
from parvis.feedback.tests.comment_factories import CommentFactory
from parvis.feedback.tests.factories import TouchpointFactory
from parvis.mystery_audits.tests.factories import ContactFactory, MysteryCitizenFactory
from parvis.organisations.models import Mandate
from parvis.organisations.tests.factories import MandateFactory, OrganisationFactory

DETAILS = {"since": "2026-06-01", "excluded": 40, "raw": 50, "reasons": {"2": 40}}

pytestmark = pytest.mark.django_db


def home(client: Client, person: Person, kind: RoleKind | None = None) -> str:
    sign_in(client, person, kind)
    return client.get(reverse("web:home")).content.decode()


def card(html: str, title: str) -> str:
    """The text of the card of this title."""
    for found in re.findall(r'<section class="card">(.*?)</section>', html, flags=re.S):
        if f"<h2>{title}</h2>" in found:
            return " ".join(re.sub(r"<[^>]+>", " ", found).split())
    raise AssertionError(f"no card {title!r}")


def test_the_operator_sees_requests_readings_and_editions(client: Client) -> None:
    MandateFactory()
    MandateFactory(confirmed=True)
    edition = EditionFactory(title="Édition neuf")
    ContactFactory(submitted=True)

    html = home(client, PersonFactory(operator=True))

    assert "1 personne attend" in card(html, "Droits d’agir à confirmer")
    assert "1 prise de contact attend" in card(html, "Prises de contact à relire")
    assert "Brouillon" in card(html, edition.title)


def test_registered_bodies_are_counted_and_withdrawn_ones_are_not(client: Client) -> None:
    edition = EditionFactory(complete=True)
    RegistrationFactory.create_batch(2, edition=edition)
    RegistrationFactory(edition=edition, withdrawn=True)

    html = home(client, PersonFactory(operator=True))

    assert "2 organismes inscrits." in card(html, edition.title)


def test_a_mystery_citizen_sees_their_own_contacts_only(client: Client) -> None:
    citizen = MysteryCitizenFactory()
    contact = ContactFactory(mystery_citizen=citizen)
    ContactFactory()

    html = home(client, citizen.person)

    assert "1 prise de contact vous est confiée" in card(html, "À faire")
    assert contact.organisation.name not in html


def test_a_coordinator_waiting_for_confirmation_is_told_so(client: Client) -> None:
    mandate = MandateFactory()

    html = home(client, mandate.person)

    assert "attend sa confirmation" in html
    assert "Vos résultats" not in html


def test_a_coordinator_sees_their_registration_and_the_editions_still_open(client: Client) -> None:
    mandate = MandateFactory(confirmed=True)
    joined = EditionFactory(complete=True, title="Déjà inscrit")
    RegistrationFactory(edition=joined, organisation=mandate.organisation)
    RegistrationFactory(edition=joined, organisation=OrganisationFactory())
    EditionFactory(open=True, title="Encore ouverte")
    EditionFactory(title="Brouillon")

    html = home(client, mandate.person)

    assert "Inscrit" in card(html, "Déjà inscrit")
    assert html.count("<h2>Déjà inscrit</h2>") == 1
    assert "Les inscriptions sont ouvertes" in card(html, "Encore ouverte")
    assert "Brouillon" not in html


class TestListening:
    """The card of on-the-spot feedback: what waits there, or the way in."""

    @pytest.fixture
    def mandate(self) -> Mandate:
        return MandateFactory(confirmed=True)

    def test_a_body_without_the_option_has_no_card(self, client: Client, mandate: Mandate) -> None:
        TouchpointFactory()
        assert "Écoute à chaud</h2>" not in home(client, mandate.person)

    def test_a_body_that_ticked_the_option_is_told_how_to_begin(
        self, client: Client, mandate: Mandate
    ) -> None:
        edition = EditionFactory(complete=True)
        option = edition.options.get(code=OptionCode.FEEDBACK)
        registration = RegistrationFactory(edition=edition, organisation=mandate.organisation)
        RegistrationOption.objects.create(registration=registration, option=option, price_cents=0)
        html = home(client, mandate.person)
        assert "trois étapes suffisent" in card(html, "Écoute à chaud")
        assert f'href="{reverse("feedback:home")}"' in html.split("<main")[1]

    def test_alerts_come_first_then_texts_then_nothing(
        self, client: Client, mandate: Mandate
    ) -> None:
        touchpoint = TouchpointFactory(organisation=mandate.organisation)
        html = home(client, mandate.person)
        assert "1 point d’écoute ouvert, rien n’attend." in card(html, "Écoute à chaud")
        CommentFactory(touchpoint=touchpoint)
        CommentFactory()
        html = home(client, mandate.person)
        assert "1 texte de citoyen à relire." in card(html, "Écoute à chaud")
        with scopes_disabled():
            alert = open_alert(touchpoint=touchpoint, kind=AlertKind.MISUSE, details=DETAILS)
            open_alert(touchpoint=TouchpointFactory(), kind=AlertKind.MISUSE, details=DETAILS)
        html = home(client, mandate.person)
        assert "1 alerte à traiter." in card(html, "Écoute à chaud")
        assert reverse("feedback:alerts") in html.split("<main")[1]
        with scopes_disabled():
            close_by_itself(alert=alert)
        assert "1 texte de citoyen" in card(home(client, mandate.person), "Écoute à chaud")

    def test_a_coordinator_not_confirmed_sees_nothing_of_it(self, client: Client) -> None:
        mandate = MandateFactory()
        TouchpointFactory(organisation=mandate.organisation)
        assert "Écoute à chaud</h2>" not in home(client, mandate.person)


def test_a_reviewer_sees_the_queue(client: Client) -> None:
    html = home(client, PersonFactory(reviewer=True))

    assert "Tout est relu." in card(html, "Prises de contact à relire")
    assert "Droits d’agir" not in html


def test_somebody_without_a_role_is_shown_the_editions(client: Client) -> None:
    EditionFactory(open=True, title="Édition ouverte")

    html = home(client, PersonFactory())

    assert "sans rôle pour l’instant" in html
    assert "Édition ouverte" in html


def test_somebody_with_several_roles_is_asked_to_choose(client: Client) -> None:
    person = PersonFactory(reviewer=True)
    RoleFactory(person=person, kind=RoleKind.OPERATOR)

    assert "Choisir mon rôle" in home(client, person)
    assert "Ce qui vous attend" in home(client, person, RoleKind.OPERATOR)


def test_a_page_of_the_workspace_offers_the_way_out(client: Client) -> None:
    html = home(client, PersonFactory(reviewer=True))

    assert "Se déconnecter" in html
    assert "Changer de rôle" in html
    assert 'aria-current="page"' in html


@pytest.mark.parametrize("count", [1, 5])
def test_the_number_of_queries_does_not_depend_on_what_waits(
    client: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    edition = EditionFactory(complete=True)
    RegistrationFactory.create_batch(count, edition=edition)
    EditionFactory.create_batch(count)
    MandateFactory.create_batch(count)
    sign_in(client, PersonFactory(operator=True))

    with django_assert_max_num_queries(11):
        client.get(reverse("web:home"))
