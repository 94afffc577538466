"""Everything but the offline form's own comfort works in a browser that runs no script."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from parvis.accounts.tests.factories import PersonFactory
from parvis.editions.models import Registration
from parvis.editions.tests.factories import EditionFactory, RegistrationFactory
from parvis.feedback.models import Answer, Comment, IdeaSupport, Reply
from parvis.feedback.tests.comment_factories import CommentFactory, the_idea
from parvis.feedback.tests.factories import TouchpointFactory
from parvis.feedback.tests.test_coordinator_pages import tick_option
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.tests.factories import ContactFactory
from parvis.organisations.tests.factories import OrganisationFactory
from parvis.questionnaires.enums import Channel
from parvis.results.tests.factories import small_barometer
from tests.e2e.conftest import PHONE, Reception

pytestmark = [pytest.mark.e2e, pytest.mark.device, pytest.mark.django_db(transaction=True)]


def test_a_visitor_reads(reception: Reception):
    barometer = small_barometer(organisations=8)
    barometer.publish()
    edition = barometer.edition
    visit = reception.visit(scripts=False)
    visit.open(reverse("web:home"))
    visit.follow("Éditions")
    visit.follow(edition.title)
    assert visit.page.get_by_role("heading", level=1).inner_text() == edition.title
    visit.open(reverse("results:national", args=[edition.slug]))
    visit.open(reverse("questionnaires:grid", args=[edition.grid_id]))
    visit.open(reverse("organisations:search"))
    visit.page.get_by_role("searchbox").fill(barometer.organisations[0].name)
    visit.page.get_by_role("searchbox").press("Enter")
    visit.page.wait_for_url("**/annuaire/?q=*")
    assert barometer.organisations[0].name in visit.text


def test_a_coordinator_registers_then_reads_results(reception: Reception):
    edition = EditionFactory(complete=True)
    OrganisationFactory(name="Sainte-Foy-lès-Lyon", commune=True)
    visit = reception.visit(person=PersonFactory(), scripts=False)
    visit.open(reverse("editions:register", args=[edition.slug]))
    visit.page.get_by_label("Nom, code postal, code INSEE ou SIREN").fill("sainte foy")
    visit.press("Chercher")
    visit.follow("Inscrire Sainte-Foy-lès-Lyon")
    visit.page.get_by_label("fonction").fill("Responsable de l’accueil")
    for box in ("staff_informed", "communicability_acknowledged"):
        visit.page.locator(f"[name={box}]").check()
    visit.page.locator("[name=channel_phone]").fill("04 72 00 00 00")
    visit.press("Inscrire mon organisme")
    assert Registration.objects.filter(organisation__name="Sainte-Foy-lès-Lyon").exists()


def test_a_participant_reads_results(reception: Reception):
    barometer = small_barometer(organisations=8)
    barometer.publish()
    visit = reception.visit(person=barometer.coordinators[0], scripts=False)
    visit.open(reverse("results:mine"))
    visit.follow("vague 1")
    assert "sur 100" in visit.text
    figures = visit.page.locator("details.chart-figures").first
    figures.locator("summary").click()
    assert figures.locator("table").is_visible()


@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.EMAIL])
def test_a_contact_is_filled_in_and_reviewed(channel: Channel, reception: Reception):
    contact = ContactFactory(channel=channel)
    visit = reception.visit(PHONE, contact.mystery_citizen.person, scripts=False)
    page = visit.page
    visit.open(reverse("mystery_audits:contact_form", args=[contact.pk]))
    # A form handed in too soon comes back with what was given, and says what is missing.
    visit.press("Transmettre")
    assert page.locator(".error-summary a").count() > 3
    sent = timezone.localtime(timezone.now() - timedelta(days=2)).replace(hour=10, minute=0)
    page.locator("[name=sent_at]").fill(sent.strftime("%Y-%m-%dT%H:%M"))
    if page.locator("[name=answered_at]").count():
        answered = sent + timedelta(days=1)
        page.locator("[name=answered_at]").fill(answered.strftime("%Y-%m-%dT%H:%M"))
    for question in page.locator("[data-question]").all():
        radios = question.locator("input[type=radio]")
        if radios.count():
            radios.first.check(force=True)
        else:
            question.locator("input[type=number]").fill("2")
    page.get_by_label("Fichier", exact=True).set_input_files(
        {"name": "appel.txt", "mimeType": "text/plain", "buffer": "10 h, répondu".encode()}
    )
    visit.press("Transmettre")
    contact.refresh_from_db()
    assert contact.state == ContactState.SUBMITTED, visit.text
    assert contact.evidence.count() == 1

    desk = reception.visit(person=PersonFactory(reviewer=True), scripts=False)
    desk.open(reverse("mystery_audits:review", args=[contact.pk]))
    desk.press("Prendre en relecture")
    desk.press("Valider")
    contact.refresh_from_db()
    assert contact.state == ContactState.VALIDATED, desk.text


def test_a_citizen_gives_an_opinion_then_supports_an_idea(reception: Reception):
    touchpoint = TouchpointFactory()
    idea = the_idea(touchpoint=touchpoint, raw_text="Ouvrir le samedi matin.")
    visit = reception.visit(PHONE, scripts=False)
    page = visit.page
    visit.open(reverse("feedback:give", args=[touchpoint.code]))
    visit.press("Plutôt bien")
    page.locator("input[type=checkbox]").first.check()
    visit.press("Continuer")
    page.locator("textarea").fill("L’agent a pris le temps.")
    visit.press("Envoyer")
    visit.press("Passer")
    assert "Merci" in visit.text
    assert set(Answer.objects.values_list("question__key", "value")) == {
        ("satisfaction", 2),
        ("reasons", 1),
        ("comment", 1),
    }
    assert Comment.objects.filter(text="L’agent a pris le temps.").exists()

    visit.open(reverse("feedback:public_ideas", args=[touchpoint.organisation_id]))
    visit.follow("Soutenir")
    page.wait_for_timeout(1_600)  # sooner, a robot would be suspected
    visit.press("Je soutiens cette idée")
    assert IdeaSupport.objects.filter(idea=idea).count() == 1
    assert "votre soutien est compté" in visit.text


def test_a_coordinator_moderates_and_answers(reception: Reception):
    registration = RegistrationFactory(confirmed=True)
    tick_option(registration)
    touchpoint = TouchpointFactory(organisation=registration.organisation)
    comment = CommentFactory(touchpoint=touchpoint)
    visit = reception.visit(person=registration.submitted_by, scripts=False)
    visit.open(reverse("feedback:board"))
    visit.open(reverse("feedback:comments"))
    visit.follow("L’accueil est rapide")
    visit.press("Publier")
    visit.follow("Répondre")
    visit.page.get_by_label("Votre réponse").fill("Merci de votre passage.")
    visit.press("Publier la réponse")
    assert Reply.objects.filter(comment=comment, text="Merci de votre passage.").exists()
    visit.open(reverse("feedback:you_said", args=[touchpoint.organisation_id]))
    assert "Merci de votre passage." in visit.text
