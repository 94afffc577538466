"""Preparing on-the-spot feedback in a real browser: editor, preview, code of a kiosk."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from parvis.accounts.models import Person
from parvis.editions.tests.factories import RegistrationFactory
from parvis.feedback.models import Questionnaire, Touchpoint
from parvis.feedback.operations.speech import make_missing_sounds
from parvis.feedback.tests.factories import (
    KioskFactory,
    QuestionnaireFactory,
    TouchpointFactory,
    the_version,
)
from parvis.feedback.tests.test_coordinator_pages import tick_option
from parvis.organisations.models import Organisation
from parvis.organisations.tests.factories import SiteFactory
from tests.e2e.conftest import PHONE, Reception, Visit
from tests.e2e.test_axe import examined

pytestmark = [pytest.mark.e2e, pytest.mark.device, pytest.mark.django_db(transaction=True)]


def page(name: str, *args: Any) -> str:
    return reverse(f"feedback:{name}", args=args)


@pytest.fixture
def coordinator(settings: Any, tmp_path: Any) -> Person:
    settings.EVIDENCE_ROOT = tmp_path
    registration = RegistrationFactory(confirmed=True)
    tick_option(registration)
    person: Person = registration.submitted_by
    return person


def body_of(person: Person) -> Organisation:
    mandate = person.mandates.get()
    body: Organisation = mandate.organisation
    return body


def furnish(body: Organisation) -> Touchpoint:
    """A touchpoint in each state, three kiosks, a questionnaire published with its sounds."""
    site = SiteFactory(organisation=body, name="Mairie annexe des Tilleuls")
    questionnaire = QuestionnaireFactory(organisation=body, name="Accueil")
    touchpoint: Touchpoint = TouchpointFactory(
        organisation=body,
        site=site,
        name="Accueil état civil",
        staffing=3,
        questionnaire=questionnaire,
    )
    TouchpointFactory(organisation=body, name="Piscine", service="", questionnaire=questionnaire)
    TouchpointFactory(
        organisation=body,
        name="Guichet fermé",
        questionnaire=questionnaire,
        closed_at=timezone.now(),
    )
    KioskFactory(
        touchpoint=touchpoint,
        name="Hall, à droite",
        last_seen_at=timezone.now(),
        queue_length=12,
        highest_sequence=812,
        missing_sequences=[[3, 3], [10, 14]],
        clock_offset_ms=300_000,
        storage_left_bytes=1_200_000_000,
        app_version="1.0.0",
    )
    KioskFactory(touchpoint=touchpoint, name="Étage")
    KioskFactory(touchpoint=touchpoint, name="Ancienne", revoked_at=timezone.now())
    make_missing_sounds(version=the_version(questionnaire))
    return touchpoint


@pytest.mark.looks
def test_axe_finds_nothing_on_the_pages_that_prepare(
    coordinator: Person, reception: Reception
) -> None:
    visit = reception.visit(person=coordinator)
    found: list[str] = []

    def look(path: str, status: int = 200) -> None:
        visit.open(path, status=status)
        found.extend(examined(visit))

    for name in ("home", "touchpoints", "questionnaires", "create_questionnaire", "kiosks"):
        look(page(name))
    touchpoint = furnish(body_of(coordinator))
    questionnaire = touchpoint.questionnaire_id
    kiosk, pending, revoked = touchpoint.devices.kiosks().order_by("pk")
    for name in ("home", "touchpoints", "open_touchpoint", "questionnaires", "kiosks"):
        look(page(name))
    for name in (
        "touchpoint",
        "change_touchpoint",
        "close_touchpoint",
        "ask_pairing_code",
    ):
        look(page(name, touchpoint.pk))
    for name in (
        "questionnaire",
        "preview_questionnaire",
        "publish_questionnaire",
        "questionnaire_versions",
        "speech",
    ):
        look(page(name, questionnaire))
    look(page("preview_questionnaire", questionnaire) + "?forme=borne&langue=en")
    look(page("questionnaire_version", questionnaire, 1))
    for device in (kiosk, pending, revoked):
        look(page("kiosk_health", device.pk))
    look(page("change_kiosk", kiosk.pk))
    look(page("revoke_kiosk", kiosk.pk))
    assert found == []


@pytest.mark.looks
def test_axe_finds_nothing_where_something_is_wrong(
    coordinator: Person, reception: Reception
) -> None:
    touchpoint = furnish(body_of(coordinator))
    visit = reception.visit(person=coordinator)
    found: list[str] = []
    visit.open(page("open_touchpoint"))
    visit.press("Enregistrer")
    found += examined(visit)
    visit.open(page("questionnaire", touchpoint.questionnaire_id))
    visit.page.fill("#steps-1-options-2-text-en", "")
    visit.page.fill("#thanks-fr", "")
    visit.press("Enregistrer et publier")
    assert "verifier=1" in visit.page.url
    found += examined(visit)
    visit.page.fill("#id_name", "Celle de cette page")
    Questionnaire.objects.update(revision=9)
    visit.press("Enregistrer le brouillon")
    assert "n’est perdu" in visit.text
    found += examined(visit)
    visit.open(page("ask_pairing_code", touchpoint.pk))
    visit.page.get_by_label("Nom de la borne").fill("Hall")
    visit.press("Obtenir le code")
    found += examined(visit)
    visit.open(page("speech", touchpoint.questionnaire_id))
    visit.page.locator(".sounds summary").first.click()
    visit.press("Déposer")
    found += examined(visit)
    assert found == []


@pytest.mark.looks
def test_axe_finds_nothing_where_the_option_is_missing(reception: Reception) -> None:
    registration = RegistrationFactory(confirmed=True)
    visit = reception.visit(person=registration.submitted_by)
    visit.open(page("home"))
    found = examined(visit)
    visit.open(page("create_questionnaire"), status=403)
    found += examined(visit)
    assert found == []


def test_the_preview_follows_what_is_typed(coordinator: Person, reception: Reception) -> None:
    questionnaire = QuestionnaireFactory(organisation=body_of(coordinator), published=False)
    visit = reception.visit(person=coordinator)
    visit.open(page("questionnaire", questionnaire.pk))
    preview = visit.page.locator(".editor-preview .preview")
    assert "Comment s’est passée" in preview.inner_text()
    visit.page.fill("#steps-0-text-fr", "Tout s’est bien passé ?")
    expect(preview).to_contain_text("Tout s’est bien passé")
    visit.page.select_option("#apercu-langue", "en")
    visit.page.select_option("#apercu-forme", "borne")
    expect(visit.page.locator('.editor-preview .preview--borne[lang="en"]')).to_contain_text(
        "Very good"
    )
    assert visit.complaints() == []
    # Typing saves nothing by itself.
    questionnaire.refresh_from_db()
    assert "Comment s’est passée" in questionnaire.draft["steps"][0]["text"]["fr"]


def add_a_choice_and_publish(visit: Visit, questionnaire: Questionnaire) -> None:
    visit.open(page("questionnaire", questionnaire.pk))
    visit.press("Ajouter un choix")
    assert visit.page.url.endswith("#steps-1-options-6")
    visit.page.fill("#steps-1-options-6-text-fr", "Les horaires")
    visit.page.fill("#steps-1-options-6-text-en", "Opening hours")
    visit.press("Enregistrer et publier")
    visit.press("Publier")
    document = the_version(questionnaire).document
    assert document["steps"][1]["options"][6]["text"]["fr"] == "Les horaires"


def test_a_questionnaire_is_written_without_scripts(
    coordinator: Person, reception: Reception
) -> None:
    questionnaire = QuestionnaireFactory(organisation=body_of(coordinator), published=False)
    visit = reception.visit(person=coordinator, scripts=False)
    visit.open(page("questionnaire", questionnaire.pk))
    assert not visit.page.locator(".editor-preview").is_visible()
    add_a_choice_and_publish(visit, questionnaire)
    visit.open(page("questionnaire", questionnaire.pk))
    visit.press("Enregistrer et voir l’aperçu")
    assert "Les horaires" in visit.text


def test_the_enter_key_saves_and_removes_nothing(coordinator: Person, reception: Reception) -> None:
    questionnaire = QuestionnaireFactory(organisation=body_of(coordinator), published=False)
    visit = reception.visit(PHONE, person=coordinator)
    visit.open(page("questionnaire", questionnaire.pk))
    visit.page.fill("#thanks-fr", "Merci bien")
    with visit.page.expect_navigation():
        visit.page.press("#thanks-fr", "Enter")
    assert "Le brouillon est enregistré" in visit.text
    questionnaire.refresh_from_db()
    assert questionnaire.draft["thanks"]["fr"] == "Merci bien"
    assert len(questionnaire.draft["steps"]) == 4
