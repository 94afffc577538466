"""The barometer from end to end: registration, fieldwork on a phone, review, run, results, PDF."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect
from pypdf import PdfReader

from parvis.accounts.models import Person
from parvis.accounts.tests.factories import PASSWORD, PersonFactory
from parvis.editions.enums import WaveState
from parvis.editions.models import Edition, Registration
from parvis.foundation.models import OutgoingMail
from parvis.mystery_audits.enums import ContactState, EvidenceKind
from parvis.mystery_audits.models import Contact
from parvis.mystery_audits.tests.factories import MysteryCitizenFactory, ScenarioFactory
from parvis.organisations.tests.factories import OrganisationFactory
from parvis.questionnaires.enums import MANDATORY_CHANNELS, Channel
from parvis.questionnaires.tests.factories import GridFactory
from parvis.results.tests.factories import small_barometer
from tests.e2e.conftest import PHONE, Reception, Visit

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

REASON = "L’heure de l’appel ne correspond pas à la capture : laquelle est la bonne ?"
NOTE = "C’est l’heure de l’appel ; la capture vient du second appareil."
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
    visit.follow("Inscrire mon organisme")
    visit.follow("Créer un compte")
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
    visit.follow("Décider")
    visit.press("Confirmer")
    visit.examine()


def plan_the_fieldwork(visit: Visit, wave_pk: int) -> None:
    visit.open(reverse("mystery_audits:wave", args=[wave_pk]))
    visit.follow("Générer les prises de contact")
    for channel in Channel:
        field = visit.page.locator(f"input[type=number][name$={channel.value}]")
        field.fill("1" if channel in MANDATORY_CHANNELS else "0")
    visit.press("Voir ce que cela donne")
    visit.examine()
    visit.press("Créer ces prises de contact")
    visit.examine()
    visit.follow("Attribuer à parts égales")
    visit.press("Attribuer")
    visit.examine()


def fill_in(visit: Visit, contact: Contact) -> None:
    """Answer as a person does on a phone: the moment first, then each question in turn."""
    page = visit.page
    visit.open(reverse("mystery_audits:contact_form", args=[contact.pk]))
    sent = timezone.localtime(timezone.now() - timedelta(days=2)).replace(hour=10, minute=0)
    page.locator("[name=sent_at]").fill(sent.strftime("%Y-%m-%dT%H:%M"))
    page.locator("[name=sent_at]").blur()
    if page.locator("[name=answered_at]").count():
        answered = sent + timedelta(days=1)
        page.locator("[name=answered_at]").fill(answered.strftime("%Y-%m-%dT%H:%M"))
        page.locator("[name=answered_at]").blur()
    for question in page.locator("[data-question]").all():
        if not question.is_visible():
            continue
        radios = question.locator("input[type=radio]")
        if radios.count():
            radios.first.check(force=True)
        else:
            question.locator("input[type=number]").fill("2")
            question.locator("input[type=number]").blur()
    page.locator("#id_photo").set_input_files(
        {"name": "capture.png", "mimeType": "image/png", "buffer": png()}
    )
    expect(page.locator("[data-evidence-list] li")).to_have_count(1)
    expect(page.locator("[data-save-status]")).to_contain_text("Enregistré à", timeout=60_000)
    expect(page.locator("[data-remaining]")).to_contain_text("Tout est rempli", timeout=60_000)
    visit.press("Transmettre")
    contact.refresh_from_db()
    assert contact.state == ContactState.SUBMITTED, visit.text
    assert contact.evidence.get().kind == EvidenceKind.PHOTO


def png() -> bytes:
    """A small image, as a phone takes one."""
    file = BytesIO()
    Image.new("RGB", (40, 30), "white").save(file, "PNG")
    return file.getvalue()


def return_with_a_reason(visit: Visit, contact: Contact) -> None:
    visit.open(reverse("mystery_audits:review", args=[contact.pk]))
    visit.press("Prendre en relecture")
    visit.page.locator("[name=reason]").fill(REASON)
    visit.press("Renvoyer pour complément")
    contact.refresh_from_db()
    assert contact.state == ContactState.RETURNED, visit.text


def answer_the_reviewer(visit: Visit, contact: Contact) -> None:
    visit.open(reverse("mystery_audits:my_contacts"))
    visit.open(reverse("mystery_audits:contact_form", args=[contact.pk]))
    assert REASON in visit.text
    visit.examine()
    visit.page.get_by_label("Votre réponse au relecteur").fill(NOTE)
    visit.press("Transmettre")
    visit.examine()
    contact.refresh_from_db()
    assert contact.state == ContactState.SUBMITTED, visit.text


def review_everything(visit: Visit, contacts: list[Contact], *, answered: Contact) -> None:
    for contact in contacts:
        visit.open(reverse("mystery_audits:review", args=[contact.pk]))
        visit.press("Prendre en relecture")
        if contact == answered:
            assert REASON in visit.text
            assert NOTE in visit.text
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
    visit.press("Vague 1")
    visit.follow("Publier")
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
    phones: dict[Contact, Visit] = {}
    for contact in contacts:
        tester = contact.mystery_citizen.person
        phones[contact] = reception.visit(PHONE, tester)
        fill_in(phones[contact], contact)
    assert citizen.person in {contact.mystery_citizen.person for contact in contacts}

    reviewer_desk = reception.visit(person=reviewer)
    return_with_a_reason(reviewer_desk, contacts[0])
    answer_the_reviewer(phones[contacts[0]], contacts[0])
    review_everything(reviewer_desk, contacts, answered=contacts[0])
    close_run_and_publish(operator_desk, edition, wave.pk)
    assert Person.objects.filter(email=email).exists()
    read_results_and_report(coordinator_desk)


def test_an_operator_opens_an_edition(reception: Reception):
    GridFactory()
    visit = reception.visit(person=PersonFactory(operator=True))
    page = visit.page
    visit.open(reverse("editions:board_list"))
    visit.follow("Créer une édition")
    page.get_by_label("Titre").fill("Baromètre d’automne")
    page.get_by_label("Adresse de la page").fill("automne")
    today = timezone.localtime().replace(hour=12, minute=0)
    for name, days in (("registration_opens_at", -1), ("registration_closes_at", 30)):
        page.locator(f"[name={name}]").fill(
            (today + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")
        )
    for name, days in (
        *(("wave0-starts_on", 40), ("wave0-ends_on", 80)),
        *(("wave1-starts_on", 160), ("wave1-ends_on", 200)),
    ):
        page.locator(f"[name={name}]").fill((today + timedelta(days=days)).strftime("%Y-%m-%d"))
    visit.press("Enregistrer le brouillon")
    edition = Edition.objects.get(slug="automne")
    assert edition.opened_at is None
    visit.open(reverse("editions:open", args=[edition.slug]))
    page.locator("main button.btn").first.click()
    page.wait_for_url(f"**{reverse('editions:board', args=[edition.slug])}")
    visitor = reception.visit()
    visitor.open(reverse("editions:public_list"))
    visitor.follow("Baromètre d’automne")
    assert "Inscrire mon organisme" in visitor.text
