"""The main tasks by keyboard alone: Tab, Enter, Space, arrows and typing, never the mouse.

At each stop the focus must show, be on the screen and not hidden behind something, and come after
the one before it in the page's order; a key that leaves the focus where it was is a trap.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, expect

from parvis.accounts.tests.factories import PASSWORD, PersonFactory
from parvis.editions.models import Registration
from parvis.editions.tests.factories import EditionFactory, RegistrationFactory, WaveFactory
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.tests.factories import ContactFactory
from parvis.organisations.enums import MandateState
from parvis.organisations.models import Mandate
from parvis.organisations.tests.factories import OrganisationFactory
from parvis.questionnaires.enums import Channel
from parvis.results.tests.factories import small_barometer
from tests.e2e.conftest import PHONE, Reception, Visit

pytestmark = [pytest.mark.e2e, pytest.mark.device, pytest.mark.django_db(transaction=True)]

MOST_STOPS = 150

# What is seen of the focus: on the element itself, or on the label that stands for it.
LOOK = """(async () => {
  const shown = (element) => {
    const style = getComputedStyle(element);
    return [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow,
            style.borderColor, style.backgroundColor].join(" ");
  };
  const face = (element) => element.closest("label, .counter") ?? element;
  const look = (element) =>
    shown(element) + shown(face(element)) + [...face(element).children].map(shown).join();
  const before = window.focusBefore;
  const element = document.activeElement;
  const stop = { where: element.outerHTML.slice(0, 120), outside: element === document.body };
  // Tab goes through the day, the month, the year… of a date before leaving it.
  if (before?.element === element && ["date", "datetime-local", "time"].includes(element.type)) {
    stop.inSight = before.parts < 8;
    window.focusBefore.parts += 1;
    return stop;
  }
  if (before?.element.isConnected) {
    stop.moved = before.element !== element;
    stop.previousShowed = look(before.element) !== before.look;
    stop.inOrder = Boolean(
      before.element.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING
    );
    stop.previous = before.element.outerHTML.slice(0, 120);
  }
  const inSight = () => {
    const box = face(element).getBoundingClientRect();
    return [0.5, 0.1, 0.9].some((part) => {
      const [x, y] = [box.left + box.width * part, box.top + box.height / 2];
      const top = document.elementFromPoint(x, y);
      return top && (face(element).contains(top) || top.contains(element));
    });
  };
  // The browser scrolls to the focus in a frame of its own, later than this on a busy machine.
  for (let frames = 0; !(stop.inSight = inSight()) && frames < 30; frames += 1) {
    await new Promise(requestAnimationFrame);
  }
  window.focusBefore = stop.outside ? null : { element, look: look(element), parts: 1 };
  return stop;
})()"""


class Keyboard:
    """Somebody's hands on the keys, and a witness who watches where the focus goes."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.page = visit.page

    def tab(self, key: str = "Tab") -> dict[str, Any]:
        """One stop further, watched."""
        self.page.keyboard.press(key)
        stop: dict[str, Any] = self.page.evaluate(LOOK)
        if stop["outside"]:
            return stop
        assert stop["inSight"], f"{self.visit.where}: out of sight: {stop['where']}"
        if "moved" in stop:
            assert stop["moved"], f"{self.visit.where}: trapped in {stop['where']}"
            assert stop["previousShowed"], (
                f"{self.visit.where}: no focus seen on {stop['previous']}"
            )
            assert stop["inOrder"] == (key == "Tab"), f"{self.visit.where}: order: {stop['where']}"
        return stop

    def reach(self, target: Locator, key: str = "Tab") -> None:
        """Press Tab until the focus is there."""
        target.wait_for(state="attached")
        for _ in range(MOST_STOPS):
            self.tab(key)
            if target.evaluate("(element) => element === document.activeElement"):
                return
        pytest.fail(f"{self.visit.where}: never reached {target}")

    def reach_named(self, role: Any, name: str, key: str = "Tab") -> Locator:
        target = self.page.get_by_role(role, name=name).first
        self.reach(target, key)
        return target

    def follow(self, name: str) -> None:
        self.activate("link", name)

    def activate(self, role: Any, name: str) -> None:
        """Go to a control and press Enter, which leads to another page."""
        self.reach_named(role, name)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def type_in(self, label: str, text: str) -> None:
        self.reach(self.page.get_by_label(label).first)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def tour(self) -> int:
        """Through the whole page and out of it; the number of stops."""
        for stops in range(MOST_STOPS):
            if self.tab()["outside"]:
                return stops
        pytest.fail(f"{self.visit.where}: no way out in {MOST_STOPS} stops")


def focus_is_on(visit: Visit, selector: str) -> None:
    expect(visit.page.locator(f"{selector}:focus")).to_be_attached()


def test_a_visitor_goes_from_the_skip_link_to_an_edition(reception: Reception):
    edition = EditionFactory(complete=True)
    visit = reception.visit()
    keys = Keyboard(visit)
    visit.open(reverse("web:home"))
    keys.tab()
    focus_is_on(visit, ".skip-link")
    visit.page.keyboard.press("Enter")
    focus_is_on(visit, "main")
    visit.open(reverse("web:home"))
    menu = visit.page.get_by_role("navigation", name="Principal")
    keys.reach(menu.get_by_role("link", name="Éditions"))
    with visit.page.expect_navigation():
        visit.page.keyboard.press("Enter")
    keys.follow(edition.title)
    assert visit.page.url.endswith(reverse("editions:public_detail", args=[edition.slug]))
    assert keys.tour() > 5


def test_signing_in_by_password(reception: Reception):
    person = PersonFactory()
    visit = reception.visit()
    keys = Keyboard(visit)
    visit.open(reverse("web:home"))
    keys.follow("Se connecter")
    keys.type_in("Adresse électronique", person.email)
    keys.type_in("Mot de passe", "pas le bon mot de passe")
    with visit.page.expect_navigation():
        visit.page.keyboard.press("Enter")
    focus_is_on(visit, ".error-summary")
    keys.type_in("Mot de passe", PASSWORD)
    keys.reach_named("button", "Se connecter")
    with visit.page.expect_navigation():
        visit.page.keyboard.press("Enter")
    keys.reach(visit.page.locator("details.account summary"))
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("button", name="Se déconnecter")).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(visit.page.get_by_role("button", name="Se déconnecter")).to_be_hidden()
    focus_is_on(visit, "details.account summary")


def test_a_coordinator_registers(reception: Reception):
    edition = EditionFactory(complete=True)
    OrganisationFactory(name="Sainte-Foy-lès-Lyon", commune=True)
    visit = reception.visit(person=PersonFactory())
    keys = Keyboard(visit)
    visit.open(reverse("editions:register", args=[edition.slug]))
    keys.type_in("Nom, code postal, code INSEE ou SIREN", "sainte foy")
    with visit.page.expect_navigation():
        visit.page.keyboard.press("Enter")
    keys.follow("Inscrire Sainte-Foy-lès-Lyon")
    keys.type_in("fonction", "Responsable de l’accueil")
    for box in ("staff_informed", "communicability_acknowledged"):
        keys.reach(visit.page.locator(f"[name={box}]"))
        visit.page.keyboard.press("Space")
    keys.reach(visit.page.locator("[name=channel_phone]"))
    visit.page.keyboard.type("04 72 00 00 00")
    keys.activate("button", "Inscrire mon organisme")
    assert Registration.objects.filter(organisation__name="Sainte-Foy-lès-Lyon").exists()


def test_a_mystery_citizen_fills_a_phone_form(reception: Reception):
    contact = ContactFactory()
    visit = reception.visit(PHONE, contact.mystery_citizen.person)
    page, keys = visit.page, Keyboard(visit)
    visit.open(reverse("mystery_audits:contact_form", args=[contact.pk]))
    # Refused at first: nothing is filled.
    keys.activate("button", "Transmettre")
    focus_is_on(visit, ".error-summary")
    keys.reach(page.locator("[data-now=sent_at]"))
    page.keyboard.press("Space")
    for question in page.locator("[data-question]").all():
        if question.is_hidden():
            continue
        radios = question.locator("input[type=radio]")
        if radios.count():
            # Tab enters a group once; Space takes the first answer, an arrow the next.
            keys.reach(radios.first)
            page.keyboard.press("Space")
            page.keyboard.press("ArrowDown")
            expect(radios.nth(1)).to_be_checked()
            page.keyboard.press("ArrowUp")
            expect(radios.first).to_be_checked()
        else:
            keys.reach(question.get_by_role("button", name="Un de plus"))
            page.keyboard.press("Space")
            page.keyboard.press("Enter")
            expect(question.locator("input[type=number]")).to_have_value("2")
    expect(page.locator("[data-remaining]")).to_contain_text("Tout est rempli")
    keys.activate("button", "Transmettre")
    contact.refresh_from_db()
    assert contact.state == ContactState.SUBMITTED, visit.text


def test_a_reviewer_validates(reception: Reception):
    contact = ContactFactory(submitted=True, answers="best")
    visit = reception.visit(person=PersonFactory(reviewer=True))
    keys = Keyboard(visit)
    visit.open(reverse("mystery_audits:review_queue"))
    keys.reach(
        visit.page.locator(f"a[href='{reverse('mystery_audits:review', args=[contact.pk])}']")
    )
    with visit.page.expect_navigation():
        visit.page.keyboard.press("Enter")
    keys.activate("button", "Prendre en relecture")
    keys.activate("button", "Valider")
    contact.refresh_from_db()
    assert contact.state == ContactState.VALIDATED, visit.text


def test_an_operator_confirms_a_mandate_and_plans_a_wave(reception: Reception):
    registration = RegistrationFactory(confirmed=False)
    wave = WaveFactory(
        edition=registration.edition,
        number=3,
        opened=True,
        starts_on=timezone.now().date() - timedelta(days=1),
    )
    visit = reception.visit(person=PersonFactory(operator=True))
    keys = Keyboard(visit)
    visit.open(reverse("organisations:mandates"))
    keys.follow("Décider")
    keys.activate("button", "Confirmer")
    mandate = Mandate.objects.get(organisation=registration.organisation)
    assert mandate.state == MandateState.CONFIRMED
    visit.open(reverse("mystery_audits:wave", args=[wave.pk]))
    keys.follow("Générer les prises de contact")
    assert keys.tour() > len(Channel)


def test_a_coordinator_reads_results_to_the_report(reception: Reception):
    barometer = small_barometer(organisations=8)
    barometer.publish()
    visit = reception.visit(person=barometer.coordinators[0])
    page, keys = visit.page, Keyboard(visit)
    visit.open(reverse("results:mine"))
    keys.follow("vague 1")
    keys.reach_named("link", "Rapport PDF")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".pdf")
    figures = page.locator("details.chart-figures").first
    keys.reach(figures.locator("summary"))
    page.keyboard.press("Enter")
    expect(figures.locator("table")).to_be_visible()
    keys.tab()
    focus_is_on(visit, ".chart-scroll")
    keys.tab("Shift+Tab")
    focus_is_on(visit, "details.chart-figures summary")
    assert keys.tour() > 5
