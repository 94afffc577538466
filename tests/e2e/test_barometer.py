"""The barometer from end to end: registration, fieldwork on a phone, review, run, results, PDF."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfReader

from parvis.accounts.models import Person
from parvis.accounts.tests.factories import PASSWORD, PersonFactory
from parvis.editions.enums import WaveState
from parvis.editions.models import Edition, Registration
from parvis.foundation.models import OutgoingMail
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.models import Contact
from parvis.mystery_audits.tests.factories import MysteryCitizenFactory, ScenarioFactory
from parvis.organisations.tests.factories import OrganisationFactory
from parvis.questionnaires.enums import MANDATORY_CHANNELS, Channel
from parvis.results.tests.factories import small_barometer
from tests.e2e.conftest import PHONE, Reception, Visit

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]

ADDRESSES = {
    "phone": "04 72 00 00 00",
    "email": "accueil@sainte-foy.exemple",
    "website": "https://www.sainte-foy.exemple",
    "post": "1 place de la Mairie, 69110 Sainte-Foy-lès-Lyon",
}


@pytest.fixture
def barometer():
    """Eight participants already tested; the wave is reopened for the ninth, who registers now."""
    made = small_barometer(organisations=8)
    wave = made.waves[0]
    today = timezone.now().date()
    wave.starts_on, wave.ends_on = today - timedelta(days=20), today + timedelta(days=20)
    wave.state, wave.closed_at = WaveState.OPEN, None
    wave.save()
    return made


def last_link(to: str) -> str:
    body = OutgoingMail.objects.filter(to=to).latest("pk").body
    return next(word for word in body.split() if word.startswith("http"))


def sign_up_and_register(visit: Visit, edition: Edition, email: str) -> None:
    page = visit.page
    visit.open(reverse("editions:public_detail", args=[edition.slug]))
    visit.examine()
    visit.follow("Inscrire mon organisme")
    visit.examine()
    visit.follow("Créer un compte")
    visit.examine()
    page.get_by_label("Prénom et nom").fill("Camille Moreau")
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    visit.press("Créer mon compte")
    page.goto(last_link(email))
    visit.examine()
    visit.press("Confirmer")
    if "/connexion" in page.url or "login" in page.url:
        page.get_by_label("Adresse électronique").fill(email)
        page.get_by_label("Mot de passe").fill(PASSWORD)
        visit.press("Se connecter")
    visit.open(reverse("editions:register", args=[edition.slug]))
    visit.examine()
    page.get_by_label("Nom, code postal, code INSEE ou SIREN").fill("ste foy les lyon")
    visit.press("Chercher")
    visit.examine()
    visit.follow("Inscrire Sainte-Foy-lès-Lyon")
    visit.examine()
    page.get_by_label("fonction").fill("Responsable de l’accueil")
    for box in ("staff_informed", "communicability_acknowledged"):
        page.locator(f"[name={box}]").check()
    for channel, address in ADDRESSES.items():
        page.locator(f"[name$=address_{channel}], [name={channel}], [name$={channel}]").first.fill(
            address
        )
    visit.press("Inscrire mon organisme")
    assert Registration.objects.filter(organisation__name="Sainte-Foy-lès-Lyon").exists()
    visit.examine()


def confirm_the_mandate(visit: Visit) -> None:
    visit.open(reverse("organisations:mandates"))
    visit.examine()
    visit.follow("Décider")
    visit.examine()
    visit.press("Confirmer")
    visit.examine()


def plan_the_fieldwork(visit: Visit, wave_pk: int) -> None:
    visit.open(reverse("mystery_audits:wave", args=[wave_pk]))
    visit.examine()
    visit.follow("Générer les prises de contact")
    visit.examine()
    for channel in Channel:
        field = visit.page.locator(f"input[type=number][name$={channel.value}]")
        field.fill("1" if channel in MANDATORY_CHANNELS else "0")
    visit.press("Voir ce que cela donne")
    visit.examine()
    visit.press("Créer ces prises de contact")
    visit.examine()
    visit.follow("Attribuer à parts égales")
    visit.examine()
    visit.press("Attribuer")
    visit.examine()


def fill_in(visit: Visit, contact: Contact) -> None:
    """Answer as a person does on a phone: the moment first, then each question in turn."""
    page = visit.page
    visit.open(reverse("mystery_audits:contact_form", args=[contact.pk]))
    visit.examine()
    sent = timezone.localtime(timezone.now() - timedelta(days=2)).replace(hour=10, minute=0)
    page.locator("[name=sent_at]").fill(sent.strftime("%Y-%m-%dT%H:%M"))
    page.locator("[name=sent_at]").blur()
    if page.locator("[name=answered_at]").count():
        answered = sent + timedelta(days=1)
        page.locator("[name=answered_at]").fill(answered.strftime("%Y-%m-%dT%H:%M"))
        page.locator("[name=answered_at]").blur()
    for question in page.locator(".question").all():
        if not question.is_visible():
            continue
        radios = question.locator("input[type=radio]")
        if radios.count():
            radios.first.check(force=True)
        else:
            question.locator("input[type=number]").fill("2")
            question.locator("input[type=number]").blur()
    expect(page.locator("[data-save-status]")).to_contain_text("Enregistré à", timeout=20_000)
    expect(page.locator("[data-remaining]")).to_contain_text("Tout est rempli", timeout=20_000)
    visit.press("Transmettre")
    contact.refresh_from_db()
    assert contact.state == ContactState.SUBMITTED, visit.text
    visit.examine()


def review_everything(visit: Visit, contacts: list[Contact]) -> None:
    visit.open(reverse("mystery_audits:review_queue"))
    visit.examine()
    for contact in contacts:
        visit.open(reverse("mystery_audits:review", args=[contact.pk]))
        visit.press("Prendre en relecture")
        visit.examine()
        visit.press("Valider")
        contact.refresh_from_db()
        assert contact.state == ContactState.VALIDATED, visit.text
    visit.examine()


def close_run_and_publish(visit: Visit, edition: Edition, wave_pk: int) -> None:
    visit.open(reverse("mystery_audits:close_wave", args=[wave_pk]))
    visit.examine()
    visit.press("Clore la vague")
    visit.open(reverse("results:runs", args=[edition.slug]))
    visit.examine()
    visit.press("Vague 1")
    visit.examine()
    visit.follow("Publier")
    visit.examine()
    visit.press("Publier")
    visit.examine()


def read_results_and_report(visit: Visit) -> None:
    visit.open(reverse("results:mine"))
    visit.examine()
    visit.follow("vague 1")
    visit.examine()
    text = visit.text
    publication = visit.page.url
    assert "sur 100" in text
    assert "moyenne des participants" in text.lower()
    with visit.page.expect_download() as download:
        visit.page.get_by_role("link", name="PDF").first.click()
    report = PdfReader(BytesIO(download.value.path().read_bytes()))
    assert len(report.pages) == 4
    assert "Sainte-Foy-lès-Lyon" in report.pages[0].extract_text()
    for page in ("parcours/", "criteres/", "methode/"):
        visit.page.goto(publication + page)
        visit.examine()
    visit.page.goto(publication)
    with visit.page.expect_navigation():
        visit.page.locator("main tbody a").first.click()
    visit.examine()


def test_from_registration_to_the_report(barometer, reception: Reception):
    edition, wave = barometer.edition, barometer.waves[0]
    for channel in MANDATORY_CHANNELS:
        ScenarioFactory(channel=channel)
    OrganisationFactory(name="Sainte-Foy-lès-Lyon", commune=True, population=21_745)
    operator, reviewer = PersonFactory(operator=True), PersonFactory(reviewer=True)
    citizen = MysteryCitizenFactory()
    email = "camille.moreau@sainte-foy.exemple"

    coordinator_desk = reception.visit()
    sign_up_and_register(coordinator_desk, edition, email)

    operator_desk = reception.visit(person=operator)
    confirm_the_mandate(operator_desk)
    plan_the_fieldwork(operator_desk, wave.pk)

    contacts = list(
        Contact.objects.filter(
            organisation__name="Sainte-Foy-lès-Lyon", state=ContactState.ASSIGNED
        )
    )
    assert len(contacts) == len(MANDATORY_CHANNELS)
    for contact in contacts:
        tester = contact.mystery_citizen.person
        phone = reception.visit(PHONE, tester)
        phone.open(reverse("mystery_audits:my_contacts"))
        phone.examine()
        fill_in(phone, contact)
    assert citizen.person in {contact.mystery_citizen.person for contact in contacts}

    review_everything(reception.visit(person=reviewer), contacts)
    close_run_and_publish(operator_desk, edition, wave.pk)
    assert Person.objects.filter(email=email).exists()
    read_results_and_report(coordinator_desk)
