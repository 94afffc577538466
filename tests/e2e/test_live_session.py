"""A live session in its room: who leads, a big screen, phones by touch, by keys, without scripts.

Two devices more answer by themselves: nothing is shown of fewer than five.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django_scopes import scopes_disabled
from playwright.sync_api import Locator, expect

from parvis.live_sessions.enums import RoundState
from parvis.live_sessions.models import LiveRound, LiveSession, LiveText, Presence
from parvis.live_sessions.tests.factories import LiveSessionFactory, open_session, vote
from parvis.staff_polls.tests.preparing import registration_with_option
from tests.e2e.conftest import DESK, PHONE, Reception, Visit
from tests.e2e.live_room import Phone, address, in_the_box

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PROJECTOR: dict[str, Any] = {"viewport": {"width": 1280, "height": 720}}


class Console:
    """The facilitator at their page."""

    def __init__(self, visit: Visit, session: LiveSession) -> None:
        self.visit = visit
        self.page = visit.page
        self.session = session

    def open(self) -> None:
        self.visit.open(reverse("live_sessions:console", args=[self.session.pk]))

    def press(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name).first.click()

    def told(self) -> Locator:
        """What the page answers to the last act."""
        return self.page.locator(".messages")


def test_a_whole_session(reception: Reception):
    registration = registration_with_option()
    session = LiveSessionFactory.create(organisation=registration.organisation)
    desk = Console(reception.visit(DESK, registration.submitted_by), session)
    desk.visit.open(reverse("live_sessions:session", args=[session.pk]))
    desk.press("Ouvrir la salle")
    session.refresh_from_db()

    with desk.page.expect_popup() as opened:
        desk.page.get_by_role("link", name="Ouvrir le grand écran").click()
    screen = opened.value
    touch = Phone(reception.visit(PHONE), session)
    keys = Phone(reception.visit(DESK), session)
    plain = Phone(reception.visit(PHONE, scripts=False), session)
    # One types the code of the screen, the others scan it.
    touch.visit.open(reverse("live_sessions:door"))
    touch.page.get_by_label("Code affiché sur l’écran").fill(session.code.lower())
    touch.visit.press("Entrer")
    keys.enter()
    plain.enter()
    plain.visit.press("Entrer dans la salle")
    for phone in (touch, keys, plain):
        phone.heading("Vous êtes dans la salle")
    expect(screen.locator("#present")).to_have_text("3 appareils dans la salle")
    expect(desk.page.locator("#compteurs")).to_contain_text("3 appareils dans la salle")

    for number, card in enumerate(ROUNDS, start=1):
        desk.press("Poser la première carte" if number == 1 else card.put)
        answer_all(card, number, session, touch, keys, plain)
        expect(screen.locator("h1")).to_have_text(card.text)
        assert sorted(in_the_box(session, number), key=repr) == sorted(
            [*card.reached, *card.others], key=repr
        )
        expect(screen.locator("#answers")).to_have_text("au moins 5 réponses")
        desk.press("Clore le vote")
        touch.heading("Le vote est clos")
        touch.says("Votre réponse est comptée.")
        if card.sorted_out:
            desk.press("Relire ce que la salle a écrit")
            touch.says("L’animateur relit ce que la salle a écrit.")
            sort_out(desk, card.sorted_out)
            desk.press("Montrer à la salle")
        else:
            desk.press("Montrer les résultats")
        touch.heading(card.text)
        for words in card.shown:
            expect(screen.locator("main")).to_contain_text(words)
            touch.says(words)
        for words in card.sorted_out:
            expect(screen.locator("main")).not_to_contain_text(words)
            expect(touch.page.locator("#room")).not_to_contain_text(words)

    desk.visit.follow("Terminer la séance")
    desk.press("Terminer la séance")
    assert "Voici ce qu’elle a donné" in desk.visit.text
    touch.heading("La séance est terminée")
    expect(screen.locator("h1")).to_have_text("La séance est terminée")
    # Nothing of it stays on the device.
    assert touch.page.evaluate("localStorage.length") == 0
    for phone in (touch, keys, plain):
        assert phone.visit.context.cookies() == []
        assert phone.visit.complaints() == []
    assert desk.visit.complaints() == []


class Round:
    """A card, how each of the three answers it, what reaches the box, what the room then sees."""

    def __init__(
        self,
        text: str,
        *,
        put: str = "Carte suivante",
        touch: Callable[[Phone], None],
        keys: Callable[[Phone], None],
        plain: Callable[[Phone], None],
        reached: list[Any],
        others: list[Any],
        shown: list[str],
        sorted_out: list[str] | None = None,
    ) -> None:
        self.text, self.put = text, put
        self.ways = (touch, keys, plain)
        self.reached, self.others, self.shown = reached, others, shown
        self.sorted_out = sorted_out or []


def answer_all(
    card: Round, number: int, session: LiveSession, touch: Phone, keys: Phone, plain: Phone
) -> None:
    plain.visit.press("Voir où en est la séance")
    for phone, way in zip((touch, keys, plain), card.ways, strict=True):
        if phone is not plain:
            phone.heading(card.text)
            expect(phone.page.locator("h1")).to_be_focused()
        way(phone)
    plain.visit.press("Envoyer ma réponse")
    for phone in (touch, keys, plain):
        phone.received()
    with scopes_disabled():
        for other in card.others:
            vote(session, number, other)


def sort_out(desk: Console, texts: list[str]) -> None:
    """Take texts off without leaving the page: the focus stays where it was."""
    for text in texts:
        button = desk.page.get_by_role("button", name=f"Écarter : {text}")
        button.focus()
        desk.page.keyboard.press("Enter")
        expect(desk.page.get_by_role("button", name=f"Remettre : {text}")).to_be_focused()


def tap(name: str) -> Callable[[Phone], None]:
    return lambda phone: phone.tap(name)


def check(*labels: str, sends: bool = False) -> Callable[[Phone], None]:
    def way(phone: Phone) -> None:
        for label in labels:
            phone.page.get_by_label(label, exact=True).check()
        if sends:
            phone.tap("Envoyer ma réponse")

    return way


def press(*pressed: str) -> Callable[[Phone], None]:
    def way(phone: Phone) -> None:
        for key in pressed:
            phone.page.keyboard.press(key)

    return way


def slide(phone: Phone) -> None:
    phone.page.get_by_role("slider").click()
    phone.tap("Envoyer ma réponse")


def send_as_it_is(phone: Phone) -> None:
    """The order that the device drew, made that of the others first."""
    for text in ("Le téléphone", "Le guichet"):
        way_up = phone.button(f"Monter : {text}")
        while way_up.get_attribute("aria-disabled") == "false":
            way_up.click()
    phone.tap("Envoyer ma réponse")


def by_arrows(phone: Phone) -> None:
    for text in ("Le téléphone", "Le guichet"):
        way_up = phone.button(f"Monter : {text}")
        way_up.focus()
        while way_up.get_attribute("aria-disabled") == "false":
            phone.page.keyboard.press("Enter")
    phone.button("Envoyer ma réponse").focus()
    phone.page.keyboard.press("Enter")


def rank(phone: Phone) -> None:
    for place, select in enumerate(phone.page.get_by_role("combobox").all(), start=1):
        select.select_option(str(place))


def guess(phone: Phone) -> None:
    phone.page.locator(".poll-crowd span").nth(6).click()
    phone.tap("Envoyer ma réponse")


def write(*texts: str, sends: bool = True) -> Callable[[Phone], None]:
    def way(phone: Phone) -> None:
        fields = phone.page.get_by_role("textbox").all()
        for field, text in zip(fields, texts, strict=False):
            field.fill(text)
        if sends:
            phone.tap("Envoyer ma réponse")

    return way


def type_words(phone: Phone) -> None:
    phone.page.keyboard.press("Tab")
    phone.page.keyboard.type("Humain")
    phone.page.keyboard.press("Enter")
    phone.page.keyboard.type("lent")
    phone.page.keyboard.press("Enter")
    phone.page.keyboard.press("Enter")


ROUNDS = [
    Round(
        "Je suis fier de l’accueil que nous offrons.",
        touch=tap("D’accord"),
        keys=press("ArrowLeft"),
        plain=check("Je ne sais pas"),
        reached=[1, 0, 2],
        others=[1, 1],
        shown=["D’accord"],
    ),
    Round(
        "Notre accueil au guichet est…",
        touch=tap("Très bien"),
        keys=press("Tab", "ArrowRight", "ArrowRight", "Enter"),
        plain=check("Plutôt mal"),
        reached=[3, 2, 1],
        others=[3, 3],
        shown=["Très bien"],
    ),
    Round(
        "Le temps d’attente au téléphone est…",
        touch=slide,
        keys=press("Tab", "ArrowRight", "Tab", "Enter"),
        plain=check("2"),
        reached=[5, 6, 2],
        others=[7, 8],
        shown=["5 réponses"],
    ),
    Round(
        "Le canal à améliorer :",
        touch=tap("Le courriel"),
        keys=press("Tab", "ArrowDown", "Enter"),
        plain=check("Le téléphone"),
        reached=[2, 1, 1],
        others=[1, 1],
        shown=["En tête : Le téléphone"],
    ),
    Round(
        "Il me manque :",
        touch=check("Le guichet", "Le courriel", sends=True),
        keys=press("Tab", "Space", "Tab", "Tab", "Tab", "Enter"),
        plain=check("Le guichet"),
        reached=[[0, 2], [0], [0]],
        others=[[0], [1]],
        shown=["En tête : Le guichet"],
    ),
    Round(
        "Du plus au moins facile :",
        touch=send_as_it_is,
        keys=by_arrows,
        plain=rank,
        reached=[[0, 1, 2], [0, 1, 2], [0, 1, 2]],
        others=[[0, 2, 1], [1, 0, 2]],
        shown=["Le guichet"],
    ),
    Round(
        "Sur dix appels, combien sont décrochés en cinq sonneries ?",
        touch=guess,
        keys=press("Tab", "ArrowRight", "ArrowRight", "Tab", "Enter"),
        plain=check("3"),
        reached=[7, 7, 3],
        others=[7, 8],
        shown=["5 réponses"],
    ),
    Round(
        "Si je changeais une chose, ce serait…",
        touch=write("Un accueil le samedi"),
        keys=write("un accueil le SAMEDI !"),
        plain=write("<b>Des horaires</b> 🙂", sends=False),
        reached=["Un accueil le samedi", "un accueil le SAMEDI !", "<b>Des horaires</b> 🙂"],
        others=["Rien de bon", "Un seul numéro"],
        shown=["Un accueil le samedi", "<b>Des horaires</b> 🙂", "Un seul numéro"],
        sorted_out=["Rien de bon"],
    ),
    Round(
        "Si je changeais une chose, ce serait…",
        put="Faire soutenir les idées",
        touch=check("Un accueil le samedi", "Un seul numéro", sends=True),
        keys=check("Un accueil le samedi", sends=True),
        plain=check("Un accueil le samedi"),
        reached=[[0, 2], [0], [0]],
        others=[[0], [1]],
        shown=["Les plus soutenues : Un accueil le samedi"],
    ),
    Round(
        "Notre accueil en un mot :",
        touch=write("humain", "souriant"),
        keys=type_words,
        plain=write("HUMAIN", sends=False),
        reached=[["humain", "souriant"], ["Humain", "lent"], ["HUMAIN"]],
        others=[["nul"], ["chaleureux"]],
        shown=["souriant", "chaleureux"],
        sorted_out=["nul"],
    ),
]


# --- The console ---------------------------------------------------------------------------------


@pytest.fixture
def led(reception: Reception) -> tuple[Console, Console, LiveSession]:
    """A session and two pages of it, by the same person."""
    registration = registration_with_option()
    session = open_session(organisation=registration.organisation)
    visit = reception.visit(DESK, registration.submitted_by)
    other = Visit(visit.context, visit.base_url)
    return Console(visit, session), Console(other, session), session


def test_an_older_page_of_the_console_does_nothing_and_says_so(
    led: tuple[Console, Console, LiveSession],
):
    desk, other, session = led
    # It does not hear that the session moved on, as when the network is slow.
    other.page.route("**/pupitre/etat/**", lambda route: route.abort())
    desk.open()
    desk.press("Poser la première carte")
    other.open()
    desk.press("Clore le vote")
    other.press("Clore le vote")
    expect(other.told()).to_contain_text("Rien n’a été fait deux fois.")
    assert LiveRound.objects.get(session=session).state == RoundState.CLOSED
    # The page that came back is up to date.
    other.press("Rouvrir le vote")
    assert LiveRound.objects.get(session=session).state == RoundState.OPEN
    # The first page is told meanwhile, once, and shows the way.
    expect(desk.page.get_by_role("alert")).to_contain_text("La séance a avancé")
    desk.visit.follow("Voir où elle en est")
    expect(desk.page.get_by_role("button", name="Clore le vote")).to_be_visible()


def test_too_few_answers_are_told_and_nothing_is_lost(
    led: tuple[Console, Console, LiveSession],
):
    desk, _other, session = led
    desk.open()
    desk.press("Poser la première carte")
    with scopes_disabled():
        for _device in range(4):
            vote(session, 1, 1)
    desk.press("Clore le vote")
    desk.press("Montrer les résultats")
    expect(desk.told()).to_contain_text("Moins de 5 réponses")
    assert in_the_box(session, 1) == [1, 1, 1, 1]
    desk.visit.examine()


def test_the_next_act_has_a_key(led: tuple[Console, Console, LiveSession]):
    desk, _other, session = led
    desk.open()
    # Playwright's keyboard leaves out the text of a key pressed with Alt, which access keys read.
    keyboard = desk.visit.context.new_cdp_session(desk.page)
    pressed = {"modifiers": 1, "key": "n", "code": "KeyN", "unmodifiedText": "n"}
    with desk.page.expect_navigation():
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", **pressed})
    session.refresh_from_db()
    assert session.current == 1


def test_counts_come_without_taking_the_focus(led: tuple[Console, Console, LiveSession]):
    desk, _other, session = led
    desk.open()
    desk.press("Poser la première carte")
    button = desk.page.get_by_role("button", name="Clore le vote")
    button.focus()
    with scopes_disabled():
        for _device in range(5):
            vote(session, 1, 1)
    expect(desk.page.locator("#compteurs")).to_contain_text("au moins 5 réponses")
    expect(button).to_be_focused()


def test_texts_are_sorted_without_scripts_too(reception: Reception):
    registration = registration_with_option()
    session = open_session(organisation=registration.organisation)
    desk = Console(reception.visit(DESK, registration.submitted_by, scripts=False), session)
    desk.open()
    desk.press("Poser cette carte – Notre accueil en un mot :")
    with scopes_disabled():
        for word in ("humain", "humain", "lent", "clair", "nul"):
            vote(session, 1, [word])
    desk.press("Clore le vote")
    desk.press("Relire ce que la salle a écrit")
    desk.press("Écarter : nul")
    desk.press("Montrer à la salle")
    assert LiveText.objects.get(is_hidden=True).text == "nul"
    assert LiveRound.objects.get(session=session).state == RoundState.SHOWN


# --- The big screen ------------------------------------------------------------------------------


def test_the_screen_keeps_what_it_shows_without_network(reception: Reception):
    session = open_session()
    visit = reception.visit(PROJECTOR)
    visit.open(address(session, "screen"))
    expect(visit.page.locator("#present")).to_have_text("Aucun appareil dans la salle")
    visit.context.set_offline(True)
    expect(visit.page.locator("#lost")).to_be_visible()
    expect(visit.page.locator("h1")).to_have_text(session.title)
    Phone(reception.visit(PHONE), session).enter()
    visit.context.set_offline(False)
    expect(visit.page.locator("#present")).to_have_text("1 appareil dans la salle")
    expect(visit.page.locator("#lost")).to_be_hidden()
    visit.complaints()
    visit.page.keyboard.press("f")
    expect(visit.page.locator(":fullscreen")).to_have_count(1)
    assert visit.complaints() == []


# --- A phone as pages go -------------------------------------------------------------------------


def test_a_device_enters_once_and_keeps_its_secret(reception: Reception):
    session = open_session()
    phone = Phone(reception.visit(PHONE), session)
    entered: list[str] = []
    phone.page.on("response", lambda response: entered.append(response.url))
    with phone.page.expect_response("**/entree"):
        phone.enter()
    phone.heading("Vous êtes dans la salle")
    phone.enter()
    phone.heading("Vous êtes dans la salle")
    assert len([url for url in entered if url.endswith("/entree")]) == 1
    assert Presence.objects.count() == 1
    kept = json.loads(phone.page.evaluate("Object.values(localStorage)[0]"))
    assert len(kept["secret"]) == 32
