"""Every state of a live session, examined in light and in dark, from a phone to a projector."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django_scopes import scopes_disabled
from playwright.sync_api import expect

from parvis.live_sessions.models import LiveSession
from parvis.live_sessions.operations import running
from parvis.live_sessions.tests.factories import LiveSessionFactory, open_session, vote
from parvis.staff_polls.tests.preparing import registration_with_option
from tests.e2e.conftest import PHONE, Reception, Visit
from tests.e2e.live_room import Phone, act, address, put
from tests.e2e.test_poll_looks import examined
from tests.e2e.test_weight import PUBLIC_BYTES, WORKSPACE_BYTES, weight

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.looks,
    pytest.mark.django_db(transaction=True),
]

WIDTHS = [320, 768, 1440]
# The widest letters a code may have.
WIDEST = "WMWMWM"
ANSWERS: dict[str, list[Any]] = {
    "fierte": [0, 1, 1, 1, 2],
    "accueil": [0, 1, 2, 3, 3],
    "attente": [0, 4, 5, 6, 10],
    "canal": [0, 1, 1, 1, 2],
    "outils": [[0], [0, 2], [1], [2], [0]],
    "ordre": [[0, 1, 2], [2, 1, 0], [0, 2, 1], [1, 0, 2], [0, 1, 2]],
    "devinette": [6, 7, 7, 8, 9],
    "souhait": ["Un accueil le samedi", "Un seul numéro", "Des sièges", "Rien", "Un guide"],
    "mot": [["humain"], ["humain", "anticonstitutionnellement dit"], ["lent"], ["x"], ["écoute"]],
}


def fill(session: LiveSession, key: str) -> None:
    with scopes_disabled():
        for answer in ANSWERS[key]:
            vote(session, session.current, answer)


class Looked:
    """The pages of one session, examined together at each step."""

    def __init__(self, reception: Reception, session: LiveSession, *pages: Visit) -> None:
        self.session = session
        self.pages = pages
        self.found: list[str] = []

    def step(self, name: str) -> None:
        """Each page shows this step, then is examined."""
        state = str(self.session.version)
        for visit in self.pages:
            if visit.page.url.endswith("/ecran/"):
                expect(visit.page.locator("#screen")).to_have_attribute("data-version", state)
            self.found += examined(visit, name)
            self.found += visit.complaints()


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_in_the_room(reception: Reception, width: int):
    session = open_session(code=WIDEST)
    size: dict[str, Any] = {"viewport": {"width": width, "height": 720}}
    phone, screen = Phone(reception.visit(size), session), reception.visit(size)
    looked = Looked(reception, session, screen, phone.visit)
    phone.enter()
    phone.heading("Vous êtes dans la salle")
    screen.open(address(session, "screen"))
    looked.step("waiting")
    cards = {card["key"]: card["text"] for card in session.document["cards"]}
    for key, text in cards.items():
        put(session, key)
        phone.heading(text)
        looked.step(f"{key}, open")
        if key == "fierte":
            phone.tap("D’accord")
            phone.received()
            looked.step(f"{key}, answered")
        fill(session, key)
        act(session, running.close_vote)
        phone.heading("Le vote est clos")
        looked.step(f"{key}, closed")
        act(session, running.count_vote)
        if key in ("souhait", "mot"):
            phone.says("L’animateur relit")
            looked.step(f"{key}, sorting")
            act(session, running.show_texts)
        phone.says("Aussi sur l’écran.")
        looked.step(f"{key}, shown")
        if key == "souhait":
            act(session, running.open_support)
            phone.page.get_by_label("Un seul numéro").wait_for()
            looked.step("support, open")
    phone.visit.context.set_offline(True)
    phone.page.locator(".room-lost .notice").wait_for()
    looked.found += examined(phone.visit, "without network")
    phone.visit.context.set_offline(False)
    phone.visit.complaints()
    running.end_session(session=session, by=None)
    session.refresh_from_db()
    phone.heading("La séance est terminée")
    looked.step("ended")
    assert looked.found == []


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_where_a_session_is_led(reception: Reception, width: int):
    registration = registration_with_option()
    session = LiveSessionFactory.create(organisation=registration.organisation)
    size: dict[str, Any] = {"viewport": {"width": width, "height": 900}}
    visit = reception.visit(size, registration.submitted_by)
    found = []

    def look(path: str, name: str, *args: Any) -> None:
        visit.open(reverse(f"live_sessions:{path}", args=args))
        found.extend(examined(visit, name))

    look("sessions", "the list")
    look("create_session", "a new session")
    look("settings", "settings", session.pk)
    look("session", "preparing", session.pk)
    with scopes_disabled():
        running.open_room(session=session, by=registration.submitted_by, version=session.version)
    session.refresh_from_db()
    look("console", "waiting", session.pk)
    for key in ("accueil", "mot", "souhait"):
        put(session, key)
        look("console", f"{key}, open", session.pk)
        fill(session, key)
        act(session, running.close_vote)
        look("console", f"{key}, closed", session.pk)
        act(session, running.count_vote)
        look("console", f"{key}, counted", session.pk)
        if key == "mot":
            with visit.page.expect_response("**/textes/**"):
                visit.page.get_by_role("button", name="Écarter").first.click()
            visit.page.get_by_role("button", name="Remettre :").wait_for()
            found += examined(visit, "a word taken off")
            session.refresh_from_db()
    look("end_session", "the end", session.pk)
    running.end_session(session=session, by=None)
    look("results", "results", session.pk)
    assert found + visit.complaints() == []


@pytest.mark.parametrize("width", [320, 1440])
def test_axe_finds_nothing_in_the_forms_of_the_room(reception: Reception, width: int):
    """What a form shows without scripts is examined with some: it is sent as without."""
    session = open_session()
    visit = reception.visit({"viewport": {"width": width, "height": 720}})
    visit.page.route("**/phone.js", lambda route: route.abort())
    visit.open(reverse("live_sessions:door"))
    found = examined(visit, "the door")
    visit.page.get_by_label("Code affiché sur l’écran").fill("ZZZZZZ")
    visit.press("Entrer")
    found += examined(visit, "no such code")
    visit.open(address(session))
    found += examined(visit, "the entrance")
    visit.press("Entrer dans la salle")
    found += examined(visit, "waiting")
    for key in ANSWERS:
        put(session, key)
        visit.press("Voir où en est la séance")
        found += examined(visit, key)
    visit.press("Envoyer ma réponse")
    found += examined(visit, "without an answer")
    visit.page.get_by_label("Mot 1").fill("humain")
    visit.press("Envoyer ma réponse")
    found += examined(visit, "answered")
    act(session, running.close_vote)
    visit.press("Voir où en est la séance")
    found += examined(visit, "closed")
    visit.complaints()
    assert found == []


def test_first_loads_are_light(reception: Reception):
    """With a card of ten long options: its page, its modules, its icons, its state."""
    options = [
        {"code": code, "text": f"Une réponse assez longue {code} " * 3} for code in range(10)
    ]
    card = {"key": "choix", "kind": "single", "text": "é" * 100, "options": options}
    registration = registration_with_option()
    session = open_session(document={"cards": [card]}, organisation=registration.organisation)
    put(session, "choix")
    phone = weight(reception.visit(PHONE), address(session))
    assert phone <= PUBLIC_BYTES
    assert weight(reception.visit(), address(session, "screen")) <= PUBLIC_BYTES
    console = reverse("live_sessions:console", args=[session.pk])
    assert weight(reception.visit(PHONE, registration.submitted_by), console) <= WORKSPACE_BYTES
