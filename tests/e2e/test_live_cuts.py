"""Phones in a live session when something fails: networks, reloads, votes that close meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django_scopes import scopes_disabled
from playwright.sync_api import Request, Route, expect

from parvis.accounts.tests.factories import PersonFactory
from parvis.live_sessions.models import LiveSession, LiveText
from parvis.live_sessions.operations import running
from parvis.live_sessions.operations.preparing import add_card
from parvis.live_sessions.tests.factories import open_session, vote
from tests.e2e.conftest import PHONE, Reception
from tests.e2e.live_room import Phone, act, in_the_box, put

pytestmark = [pytest.mark.e2e, pytest.mark.device, pytest.mark.django_db(transaction=True)]

TOO_LATE = "Le vote était déjà clos quand votre réponse est arrivée : elle n’est pas comptée."
NO_STORAGE = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("refused", "SecurityError"); },
});"""


@pytest.fixture
def session() -> LiveSession:
    return open_session()


@pytest.fixture
def phone(reception: Reception, session: LiveSession) -> Phone:
    made = Phone(reception.visit(PHONE), session)
    made.enter()
    made.heading("Vous êtes dans la salle")
    return made


def refuse(status: int, code: str = "busy") -> Callable[[Route], None]:
    content = {"error": code, "message": "Plus tard."}
    return lambda route: route.fulfill(status=status, json=content)


def take_and_lose_the_receipt(route: Route) -> None:
    route.fetch()
    route.abort()


# --- Nothing is lost -----------------------------------------------------------------------------


def test_an_answer_given_without_network_leaves_when_it_is_back(phone: Phone, session: LiveSession):
    number = put(session, "accueil")
    phone.heading("Notre accueil au guichet est…")
    phone.visit.context.set_offline(True)
    expect(phone.page.locator(".room-lost")).to_contain_text("Le réseau manque")
    phone.tap("Très bien")
    phone.says("Votre réponse est gardée sur cet appareil, et pas encore envoyée.")
    phone.tap("Plutôt bien")
    assert in_the_box(session, number) == []
    phone.visit.context.set_offline(False)
    phone.received()
    assert in_the_box(session, number) == [2]
    expect(phone.page.locator(".room-lost")).to_be_empty()


def test_an_answer_whose_receipt_was_lost_is_sent_again_after_a_reload(
    phone: Phone, session: LiveSession
):
    number = put(session, "accueil")
    phone.page.route("**/vote", take_and_lose_the_receipt)
    phone.tap("Très bien")
    phone.says("pas encore envoyée")
    assert in_the_box(session, number) == [3]
    phone.page.unroute("**/vote")
    phone.page.reload()
    phone.received()
    expect(phone.button("Très bien")).to_have_attribute("aria-pressed", "true")
    assert in_the_box(session, number) == [3]
    # Changed later, it replaces the first: one device, one ballot.
    with phone.page.expect_response("**/vote"):
        phone.tap("Très mal")
    phone.received()
    assert in_the_box(session, number) == [0]


@pytest.mark.parametrize(
    "fault", [refuse(503), refuse(502), lambda route: route.abort()], ids=["busy", "502", "cut"]
)
def test_an_answer_that_a_crowd_kept_waiting_leaves_by_itself(
    phone: Phone, session: LiveSession, fault: Callable[[Route], None]
):
    number = put(session, "accueil")
    phone.page.route("**/vote", fault, times=2)
    phone.tap("Très bien")
    phone.says("pas encore envoyée")
    phone.received()
    assert in_the_box(session, number) == [3]


def test_what_is_being_written_stays_while_the_room_moves(phone: Phone, session: LiveSession):
    number = put(session, "souhait")
    field = phone.page.get_by_role("textbox")
    field.press_sequentially("Un accueil le ")
    version = session.version
    with (
        scopes_disabled(),
        phone.page.expect_response(
            lambda response: (
                response.url.endswith("etat.json") and response.json()["version"] > version
            )
        ),
    ):
        add_card(
            session=session, kind="agree", text="Encore une", shape="", by=PersonFactory.create()
        )
    phone.page.keyboard.type("samedi")
    expect(field).to_have_value("Un accueil le samedi")
    # Nor is it lost by a page that is opened again, or by a vote that closes before it leaves.
    phone.page.reload()
    expect(field).to_have_value("Un accueil le samedi")
    act(session, running.close_vote)
    phone.says("Vous n’avez pas répondu à cette carte.")
    act(session, running.reopen_vote)
    expect(field).to_have_value("Un accueil le samedi")
    phone.tap("Envoyer ma réponse")
    phone.received()
    assert in_the_box(session, number) == ["Un accueil le samedi"]


def test_a_text_too_long_stays_to_be_shortened(phone: Phone, session: LiveSession):
    number = put(session, "souhait")
    field = phone.page.get_by_role("textbox")
    field.fill("é" * 141)
    phone.tap("Envoyer ma réponse")
    expect(field).to_be_focused()
    phone.says("1 caractères de trop")
    assert in_the_box(session, number) == []
    # A refusal of the server is told as it says it, and keeps what was written.
    field.fill("é" * 140)
    phone.page.route("**/vote", refuse(422, "unreadable"), times=1)
    phone.tap("Envoyer ma réponse")
    expect(phone.page.get_by_role("alert")).to_have_text("Plus tard.")
    expect(field).to_have_value("é" * 140)
    phone.tap("Envoyer ma réponse")
    phone.received()


def test_a_card_without_an_answer_is_not_sent(phone: Phone, session: LiveSession):
    number = put(session, "outils")
    phone.tap("Envoyer ma réponse")
    expect(phone.page.get_by_role("alert")).to_have_text("Répondez d’abord à la carte.")
    expect(phone.page.get_by_label("Le guichet")).to_be_focused()
    assert in_the_box(session, number) == []


# --- What is said is true ------------------------------------------------------------------------


def test_an_answer_after_the_close_is_said_not_counted_then_leaves_if_it_reopens(
    phone: Phone, session: LiveSession
):
    number = put(session, "accueil")
    phone.heading("Notre accueil au guichet est…")
    phone.page.route("**/etat.json", lambda route: route.abort())
    act(session, running.close_vote)
    phone.tap("Très bien")
    phone.heading("Le vote est clos")
    phone.says(TOO_LATE)
    assert in_the_box(session, number) == []
    phone.page.unroute("**/etat.json")
    act(session, running.reopen_vote)
    phone.received()
    assert in_the_box(session, number) == [3]


def test_a_change_after_the_close_leaves_the_first_answer(phone: Phone, session: LiveSession):
    number = put(session, "accueil")
    phone.tap("Très bien")
    phone.received()
    phone.page.route("**/etat.json", lambda route: route.abort())
    act(session, running.close_vote)
    phone.tap("Très mal")
    phone.says("c’est votre réponse d’avant qui est comptée")
    assert in_the_box(session, number) == [3]


def test_an_answer_that_nobody_can_vouch_for_is_not_said_lost(phone: Phone, session: LiveSession):
    number = put(session, "accueil")
    phone.page.route("**/vote", take_and_lose_the_receipt)
    phone.tap("Très bien")
    phone.says("pas encore envoyée")
    act(session, running.close_vote)
    phone.page.unroute("**/vote")
    phone.says("nous ne savons pas si votre réponse est comptée")
    assert in_the_box(session, number) == [3]


def test_an_answer_left_behind_is_still_told_when_results_are_shown(
    phone: Phone, session: LiveSession
):
    number = put(session, "accueil")
    phone.heading("Notre accueil au guichet est…")
    phone.visit.context.set_offline(True)
    phone.tap("Très bien")
    with scopes_disabled():
        for _device in range(5):
            vote(session, number, 1)
    act(session, running.close_vote)
    act(session, running.count_vote)
    phone.visit.context.set_offline(False)
    phone.says("Aussi sur l’écran.")
    phone.says(TOO_LATE)


def test_the_device_that_keeps_nothing_says_so_and_votes(reception: Reception):
    session = open_session()
    phone = Phone(reception.visit(PHONE), session)
    phone.page.add_init_script(NO_STORAGE)
    phone.enter()
    number = put(session, "accueil")
    phone.says("Cet appareil ne garde rien")
    phone.tap("Très bien")
    phone.received()
    with phone.page.expect_response("**/vote"):
        phone.tap("Plutôt bien")
    phone.received()
    assert in_the_box(session, number) == [2]


def test_who_came_by_the_form_stays_the_same_device(reception: Reception):
    """Scripts that come late take up the secret of the form: no second ballot."""
    session = open_session()
    number = put(session, "accueil")
    phone = Phone(reception.visit(PHONE), session)
    phone.page.route("**/phone.js", lambda route: route.abort())
    phone.enter()
    phone.visit.press("Entrer dans la salle")
    phone.page.get_by_label("Plutôt bien").check()
    phone.visit.press("Envoyer ma réponse")
    phone.page.unroute("**/phone.js")
    phone.page.get_by_label("Plutôt mal").check()
    phone.visit.press("Envoyer ma réponse")
    phone.heading("Notre accueil au guichet est…")
    assert in_the_box(session, number) == [1]
    phone.tap("Très bien")
    phone.received()
    assert in_the_box(session, number) == [3]


def test_a_text_taken_off_leaves_the_phones(phone: Phone, session: LiveSession):
    number = put(session, "mot")
    with scopes_disabled():
        for word in ("humain", "lent", "clair", "nul", "utile"):
            vote(session, number, [word])
    act(session, running.close_vote)
    act(session, running.count_vote)
    act(session, running.show_texts)
    phone.says("nul")
    expect(phone.page.locator("h1")).to_be_focused()
    text = LiveText.objects.get(text="nul")
    running.hide_text(session=session, text=text, is_hidden=True)
    expect(phone.page.locator("#room")).not_to_contain_text("nul")
    expect(phone.page.locator("h1")).to_be_focused()


def test_each_new_card_is_announced_once(phone: Phone, session: LiveSession):
    told = phone.page.locator("main > .visually-hidden[role=status]")
    put(session, "accueil")
    expect(told).to_have_text("Nouvelle carte : Notre accueil au guichet est…")
    put(session, "fierte")
    expect(told).to_have_text("Nouvelle carte : Je suis fier de l’accueil que nous offrons.")


def test_nothing_that_leaves_tells_who_asks(reception: Reception):
    session = open_session()
    put(session, "accueil")
    phone = Phone(reception.visit(PHONE), session)
    requests: list[Request] = []
    phone.page.on("request", lambda request: requests.append(request))
    phone.enter()
    phone.tap("Très bien")
    phone.received()
    headers = [request.all_headers() for request in requests]
    assert [sent for sent in headers if "cookie" in sent] == []
    # Files that files ask for say which: none says the room.
    assert [sent for sent in headers if session.code in sent.get("referer", "")] == []
    kept = json.loads(phone.page.evaluate("Object.values(localStorage)[0]"))
    written = [request.post_data for request in requests if request.post_data]
    assert len(written) == 2
    assert [body for body in written if kept["secret"] in body] == []
