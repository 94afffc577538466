"""The public page of a touchpoint on a phone: no script, no cookie, light, for everybody."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled
from playwright.sync_api import expect

from parvis.feedback.models import Answer, Comment, Touchpoint
from parvis.feedback.tests.comment_factories import the_idea
from parvis.feedback.tests.factories import QuestionnaireFactory, TouchpointFactory
from tests.e2e.conftest import DESK, PHONE, Reception, Visit
from tests.e2e.test_kiosk import every_kind
from tests.e2e.test_weight import PUBLIC_BYTES, weight

pytestmark = [pytest.mark.e2e, pytest.mark.device, pytest.mark.django_db(transaction=True)]

NARROW: dict[str, Any] = {"viewport": {"width": 320, "height": 640}}


@pytest.fixture(autouse=True)
def _all_tenants():
    with scopes_disabled():
        yield


def address(touchpoint: Touchpoint) -> str:
    return reverse("feedback:give", args=[touchpoint.code])


def with_every_kind() -> Touchpoint:
    questionnaire = QuestionnaireFactory(draft=every_kind())
    return TouchpointFactory(questionnaire=questionnaire, organisation=questionnaire.organisation)


def test_a_visit_without_script_nor_cookie(reception: Reception):
    visit = reception.visit(PHONE, scripts=False)
    visit.open(address(TouchpointFactory()))
    visit.press("Plutôt mal")
    expect(visit.page.get_by_role("status")).to_contain_text("Votre réponse est enregistrée")
    visit.page.get_by_label("L’attente").check()
    visit.press("Continuer")
    visit.page.get_by_role("textbox").fill("é" * 2001)
    visit.press("Envoyer")
    expect(visit.page.get_by_role("alert")).to_contain_text("2000 caractères au plus")
    assert len(visit.page.get_by_role("textbox").input_value()) == 2001
    visit.page.get_by_role("textbox").fill("Deux heures debout")
    visit.press("Envoyer")
    visit.page.get_by_role("textbox").fill("Des chaises dans la file")
    visit.press("Envoyer")
    assert "Merci" in visit.text
    assert visit.context.cookies() == []
    assert Answer.objects.count() == 4
    visit.page.reload()
    assert Answer.objects.count() == 4
    visit.follow("Voir ce que devient votre idée")
    assert "Des chaises dans la file" in visit.text
    assert visit.context.cookies() == []


def test_back_and_a_double_press_store_nothing_twice(reception: Reception):
    visit = reception.visit(PHONE)
    visit.open(address(TouchpointFactory()))
    visit.page.get_by_role("button", name="Très bien").dblclick()
    visit.page.get_by_role("heading", name="Qu’est-ce qui a compté").wait_for()
    visit.page.go_back()
    visit.press("Très bien")
    assert Answer.objects.count() == 1


def test_every_kind_of_step_without_script(reception: Reception):
    visit = reception.visit(PHONE, scripts=False)
    visit.open(address(with_every_kind()))
    visit.press("Très bien")
    visit.page.get_by_label("Autre chose").check()
    visit.press("Continuer")
    visit.press("10")
    visit.press("En bus")
    values = dict(Answer.objects.values_list("question__key", "value"))
    assert values == {"satisfaction": 3, "reasons": 2**61, "effort": 10, "channel": 1}


def at_the_idea(visit: Visit, touchpoint: Touchpoint) -> None:
    visit.open(address(touchpoint))
    visit.press("Très bien")
    visit.press("Passer")
    visit.press("Passer")


def test_ideas_like_the_one_being_typed_are_shown(reception: Reception):
    touchpoint = TouchpointFactory()
    the_idea(touchpoint=touchpoint, raw_text="Installer un banc devant la mairie")
    visit = reception.visit(PHONE)
    at_the_idea(visit, touchpoint)
    visit.page.get_by_role("textbox").press_sequentially("Il faudrait un banc devant la mairie")
    similar = visit.page.locator("#similar")
    expect(similar).to_contain_text("Installer un banc devant la mairie")
    expect(similar.get_by_role("link")).to_have_attribute("target", "_blank")
    assert examined(visit) == []
    visit.page.get_by_role("textbox").fill("Tout autre chose, des horaires")
    expect(similar).to_be_empty()
    visit.press("Envoyer")
    assert "Merci" in visit.text


def test_similar_ideas_open_beside_without_script(reception: Reception):
    touchpoint = TouchpointFactory()
    the_idea(touchpoint=touchpoint, raw_text="Installer un banc devant la mairie")
    visit = reception.visit(PHONE, scripts=False)
    at_the_idea(visit, touchpoint)
    visit.page.get_by_role("textbox").fill("Un banc devant la mairie")
    with visit.context.expect_page() as opened:
        visit.page.get_by_role("button", name="Voir les idées proches").click()
    expect(opened.value.locator("main")).to_contain_text("Installer un banc devant la mairie")
    assert visit.page.get_by_role("textbox").input_value() == "Un banc devant la mairie"
    visit.press("Envoyer")
    assert "Merci" in visit.text


def test_a_visit_by_keyboard(reception: Reception):
    visit = reception.visit(DESK)
    visit.open(address(TouchpointFactory()))
    keyboard = visit.page.keyboard
    keyboard.press("Tab")
    expect(visit.page.locator(":focus")).to_have_text("Aller au contenu")
    keyboard.press("Enter")
    keyboard.press("Tab")
    expect(visit.page.locator(":focus")).to_have_text("Très mal")
    with visit.page.expect_navigation():
        keyboard.press("Enter")
    assert Answer.objects.get().value == 0


def examined(visit: Visit) -> list[str]:
    found = visit.faults("light") + visit.faults("dark", ["color-contrast", "link-in-text-block"])
    return found + visit.sideways() + visit.complaints()


@pytest.mark.looks
@pytest.mark.parametrize("device", [NARROW, DESK], ids=["320", "1280"])
def test_axe_finds_nothing(reception: Reception, device: dict[str, Any]):
    kinds = with_every_kind()
    touchpoint = TouchpointFactory()
    closed = TouchpointFactory(closed_at=timezone.now())
    bare = TouchpointFactory(questionnaire=QuestionnaireFactory(published=False))
    visit = reception.visit(device)
    found = []
    visit.open(address(touchpoint))
    found += examined(visit)
    visit.press("Très mal")
    found += examined(visit)
    visit.press("Continuer")
    found += examined(visit)
    visit.press("Passer")
    visit.page.get_by_role("textbox").fill("x" * 2001)
    visit.press("Envoyer")
    found += examined(visit)
    visit.press("Passer")
    visit.page.get_by_role("textbox").fill("Une idée")
    visit.press("Envoyer")
    found += examined(visit)
    visit.open(address(kinds))
    visit.press("Très bien")
    for _step in range(2):
        visit.press("Passer")
        found += examined(visit)
    visit.open(address(closed), status=410)
    found += examined(visit)
    visit.open(address(bare), status=404)
    found += examined(visit)
    visit.open("/avis/QQQQQQQQ/", status=404)
    found += examined(visit)
    assert found == []


@pytest.mark.looks
def test_the_first_load_is_light(reception: Reception):
    visit = reception.visit(PHONE)
    assert weight(visit, address(TouchpointFactory())) <= PUBLIC_BYTES
    assert not Comment.objects.exists()
