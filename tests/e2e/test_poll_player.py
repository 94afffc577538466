"""A staff poll on an agent's device: kinds of cards, cuts, reloads, and what reaches the box."""

from __future__ import annotations

from typing import Any

import pytest
from django_scopes import scopes_disabled
from playwright.sync_api import Route, expect

from parvis.staff_polls.models import PollGroup, StaffPoll
from parvis.staff_polls.operations.releasing import close
from parvis.staff_polls.tests.conftest import drawn_keys
from parvis.staff_polls.tests.voting import agents_of, open_poll, printed_codes
from parvis.staff_polls.views.agents.exchanges import encoded
from tests.e2e.conftest import DESK, PHONE, Reception
from tests.e2e.poll_player import Player, address, in_the_box, invitation

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.device,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("drawn_keys"),
]

__all__ = ["drawn_keys"]

NARROW: dict[str, Any] = {"viewport": {"width": 320, "height": 640}, "has_touch": True}
SHORT = {
    "cards": [
        {"key": "fierte", "kind": "agree", "text": "Je suis fier de notre accueil."},
        {"key": "souhait", "kind": "sentence", "text": "Si je changeais une chose, ce serait…"},
    ]
}


@pytest.fixture
def poll() -> StaffPoll:
    return open_poll(12)


@pytest.fixture
def short() -> StaffPoll:
    return open_poll(12, document=SHORT)


def player(
    reception: Reception, poll: StaffPoll, device: dict[str, Any] = PHONE, **kwargs: Any
) -> Player:
    return Player(reception.visit(device, **kwargs), poll)


def secret(poll: StaffPoll) -> str:
    return invitation(agents_of(poll)[0])


# --- Every kind of card --------------------------------------------------------------------------


def test_by_pointer_from_the_mail_to_the_box(reception: Reception, poll: StaffPoll):
    agent = player(reception, poll)
    agent.open(secret(poll))
    # The invitation has left the address at once, and no cookie came.
    assert "#" not in agent.page.url
    agent.tap("Commencer")
    agent.at(1)
    agent.tap("D’accord")
    agent.at(2)
    agent.tap("Très bien")
    agent.at(3)
    expect(agent.page.get_by_role("slider")).to_have_attribute("aria-valuetext", "Sans avis")
    # The middle, where it stands before it is touched, is an answer once it is.
    agent.page.get_by_role("slider").click()
    expect(agent.page.get_by_role("slider")).to_have_attribute("aria-valuetext", "5 sur 10")
    agent.tap("Suivant")
    agent.at(4)
    agent.tap("Le courriel")
    agent.at(5)
    agent.page.get_by_label("Aucune de ces réponses").check()
    agent.page.get_by_label("Le courriel").check()
    agent.page.get_by_label("Le guichet").check()
    expect(agent.page.get_by_label("Aucune de ces réponses")).not_to_be_checked()
    agent.tap("Suivant")
    agent.at(6)
    drag_to_the_top(agent, "Le téléphone")
    first = agent.page.locator(".poll-ranking li").first
    expect(first).to_contain_text("Le téléphone")
    order = [int(one.get_attribute("data-code") or -1) for one in lines(agent)]
    agent.tap("Valider cet ordre")
    agent.at(7)
    agent.page.locator(".poll-crowd span").nth(7).click()
    expect(agent.page.locator("output")).to_have_text("8 sur dix")
    agent.tap("Suivant")
    agent.at(8)
    agent.page.get_by_role("textbox").fill("des horaires <b>dehors</b> 🙂 שלום")
    agent.tap("Voir le résumé")
    agent.at_the_summary()
    assert in_the_box(poll) == []
    agent.send()
    agent.thanked()
    assert in_the_box(poll) == [
        {
            "fierte": 1,
            "accueil": 3,
            "attente": 5,
            "canal": 2,
            "outils": [0, 2],
            "ordre": order,
            "devinette": 8,
            "souhait": "des horaires <b>dehors</b> 🙂 שלום",
        }
    ]
    assert agent.visit.context.cookies() == []
    assert agent.visit.complaints() == []


def lines(agent: Player) -> list[Any]:
    return agent.page.locator(".poll-ranking li").all()


def drag_to_the_top(agent: Player, text: str) -> None:
    line = agent.page.locator(".poll-ranking li", has_text=text)
    grip, top = line.locator(".poll-grip").bounding_box(), lines(agent)[0].bounding_box()
    assert grip
    assert top
    mouse = agent.page.mouse
    mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
    mouse.down()
    mouse.move(grip["x"] + 5, top["y"] - 10, steps=6)
    mouse.up()


def test_a_finger_in_the_middle_of_a_slider_is_an_answer(reception: Reception):
    """Chromium gives it no click, and the value does not change."""
    cards = [
        {"key": "attente", "kind": "slider", "text": "L’attente…", "low": "Non", "high": "Oui"}
    ]
    agent = player(reception, open_poll(12, document={"cards": cards}))
    agent.begin(secret(agent.poll))
    agent.page.get_by_role("slider").tap()
    expect(agent.page.locator("output")).to_have_text("5 sur 10")


def test_by_keyboard_alone(reception: Reception, poll: StaffPoll):
    agent = player(reception, poll, DESK)
    keyboard = agent.page.keyboard
    agent.begin(secret(poll))
    keyboard.press("ArrowLeft")
    agent.at(2)
    keyboard.press("Tab")
    expect(agent.button("Très mal")).to_be_focused()
    keyboard.press("ArrowRight")
    keyboard.press("Enter")
    agent.at(3)
    keyboard.press("Tab")
    keyboard.press("ArrowRight")
    keyboard.press("ArrowRight")
    expect(agent.page.locator("output")).to_have_text("7 sur 10")
    to_the_way(agent, "Suivant")
    agent.at(4)
    keyboard.press("Tab")
    keyboard.press("ArrowDown")
    keyboard.press(" ")
    agent.at(5)
    keyboard.press("Tab")
    keyboard.press(" ")
    to_the_way(agent, "Suivant")
    agent.at(6)
    codes = [int(one.get_attribute("data-code") or -1) for one in lines(agent)]
    agent.page.get_by_role("button", name="Descendre").first.focus()
    keyboard.press("Enter")
    moved = [codes[1], codes[0], codes[2]]
    assert [int(one.get_attribute("data-code") or -1) for one in lines(agent)] == moved
    expect(agent.page.locator(".poll-area [role=status]")).to_contain_text("place 2 sur 3")
    # The focus stays with what was moved.
    assert agent.page.evaluate("document.activeElement.closest('li').dataset.code") == str(codes[0])
    to_the_way(agent, "Valider cet ordre")
    agent.at(7)
    keyboard.press("Tab")
    keyboard.press("Home")
    expect(agent.page.locator("output")).to_have_text("0 sur dix")
    to_the_way(agent, "Suivant")
    agent.at(8)
    keyboard.press("Tab")
    keyboard.type("du temps")
    to_the_way(agent, "Voir le résumé")
    agent.at_the_summary()
    to_the_way(agent, "Envoyer mes réponses")
    agent.thanked()
    expect(agent.page.locator("h1")).to_be_focused()
    assert in_the_box(poll) == [
        {
            "fierte": 0,
            "accueil": 1,
            "attente": 7,
            "canal": 1,
            "outils": [0],
            "ordre": moved,
            "devinette": 0,
            "souhait": "du temps",
        }
    ]


def to_the_way(agent: Player, name: str) -> None:
    """The Tab key until that button, then Enter."""
    for _press in range(40):
        agent.page.keyboard.press("Tab")
        if agent.page.evaluate("document.activeElement.textContent.trim()") == name:
            agent.page.keyboard.press("Enter")
            return
    raise AssertionError(f"the Tab key never comes to “{name}”")


@pytest.mark.parametrize(("way", "answer"), [(-1, 0), (1, 1)])
def test_a_card_is_pushed_aside(reception: Reception, short: StaffPoll, way: int, answer: int):
    agent = player(reception, short)
    agent.begin(secret(short))
    box = agent.page.locator("h1").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse = agent.page.mouse
    # Not far enough: it comes back.
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + way * 40, y, steps=4)
    mouse.up()
    agent.at(1)
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + way * 130, y, steps=6)
    mouse.up()
    agent.at(2)
    assert agent.kept()[0]["answers"] == {"fierte": answer}


def test_passing_going_back_and_changing(reception: Reception, short: StaffPoll):
    agent = player(reception, short)
    agent.begin(secret(short))
    agent.tap("Passer")
    agent.at(2)
    agent.tap("Retour")
    agent.at(1)
    agent.tap("Je ne sais pas")
    agent.at(2)
    # The browser's own way back goes to the card before.
    agent.page.go_back()
    agent.at(1)
    expect(agent.button("Je ne sais pas")).to_have_attribute("aria-pressed", "true")
    agent.tap("Effacer ma réponse")
    expect(agent.button("Je ne sais pas")).to_have_attribute("aria-pressed", "false")
    agent.tap("Passer")
    agent.at(2)
    agent.tap("Passer")
    agent.at_the_summary()
    expect(agent.page.get_by_text("votre bulletin serait blanc")).to_be_visible()
    agent.page.get_by_role("button", name="Je suis fier").click()
    agent.at(1)
    agent.tap("D’accord")
    agent.send()
    agent.thanked()
    assert in_the_box(short) == [{"fierte": 1}]


def test_a_sentence_too_long_is_kept_and_not_passed(reception: Reception, short: StaffPoll):
    agent = player(reception, short)
    agent.begin(secret(short))
    agent.tap("D’accord")
    agent.at(2)
    area = agent.page.get_by_role("textbox")
    # Counted as people do: a face is one sign.
    area.fill("🙂" * 500)
    expect(agent.page.locator("#left")).to_have_text("0 caractères restants")
    area.fill("🙂" * 501)
    expect(agent.page.locator("#left")).to_contain_text("1 caractères de trop")
    agent.tap("Voir le résumé")
    expect(area).to_be_focused()
    area.fill("🙂" * 500)
    agent.tap("Voir le résumé")
    agent.send()
    agent.thanked()
    assert in_the_box(short) == [{"fierte": 1, "souhait": "🙂" * 500}]


# --- Stopping, resuming, changing ----------------------------------------------------------------


def test_a_reload_takes_up_where_it_was_left(reception: Reception, short: StaffPoll):
    agent = player(reception, short)
    agent.begin(secret(short))
    agent.tap("D’accord")
    agent.at(2)
    agent.page.get_by_role("textbox").fill("des bancs")
    agent.page.reload()
    agent.at(2)
    expect(agent.page.get_by_role("textbox")).to_have_value("des bancs")
    # The invitation is no longer on the device: the token is.
    (record,) = agent.kept()
    assert "invitation" not in record
    assert "blinded" not in record
    assert set(record["token"]) == {"message", "signature"}


def test_another_visit_is_offered_to_resume(reception: Reception, short: StaffPoll):
    agent = player(reception, short)
    agent.begin(secret(short))
    agent.tap("D’accord")
    agent.at(2)
    other = agent.visit.context.new_page()
    other.goto(agent.visit.base_url + address(short))
    other.get_by_role("button", name="Reprendre mes réponses").click()
    expect(other.locator("#position")).to_have_text("Carte 2 sur 2")


def test_two_agents_share_a_device(reception: Reception, short: StaffPoll):
    first, second = (invitation(agent) for agent in agents_of(short)[:2])
    agent = player(reception, short)
    agent.begin(first)
    agent.tap("D’accord")
    agent.at(2)
    agent.open("?autre" + second)
    agent.tap("Commencer")
    agent.at(1)
    expect(agent.button("D’accord")).to_have_attribute("aria-pressed", "false")
    agent.tap("Pas d’accord")
    agent.at(2)
    agent.tap("Passer")
    agent.send()
    agent.thanked()
    agent.tap("Effacer mes réponses de cet appareil")
    agent.heading("Cet appareil a tout oublié. Votre bulletin est dans l’urne.")
    assert [record["answers"] for record in agent.kept()] == [{"fierte": 1}]
    assert in_the_box(short) == [{"fierte": 0}]


def test_answers_may_change_until_the_close(reception: Reception, short: StaffPoll):
    agent = player(reception, short)
    given = secret(short)
    agent.begin(given)
    agent.tap("D’accord")
    agent.at(2)
    agent.tap("Passer")
    agent.send()
    agent.thanked()
    # The same link, later: thanks again, and the same ballot.
    agent.open("?encore" + given)
    agent.thanked()
    agent.tap("Changer mes réponses")
    agent.page.get_by_role("button", name="Je suis fier").click()
    agent.tap("Pas d’accord")
    agent.send()
    agent.thanked()
    assert in_the_box(short) == [{"fierte": 0}]


def test_an_invitation_used_elsewhere_is_refused_before_the_first_card(
    reception: Reception, short: StaffPoll
):
    given = secret(short)
    player(reception, short).begin(given)
    other = player(reception, short)
    other.open(given)
    other.tap("Commencer")
    expect(other.page.get_by_role("alert")).to_contain_text("sur un autre appareil")


def test_an_unknown_invitation(reception: Reception, short: StaffPoll):
    agent = player(reception, short)
    agent.open("#j=" + "0" * 64)
    agent.tap("Commencer")
    expect(agent.page.get_by_role("alert")).to_contain_text("n’est pas connue")
    agent.keeps_nothing()


# --- Cuts ----------------------------------------------------------------------------------------


def cut(agent: Player, *, of: str) -> None:
    agent.page.route(f"**/{of}", lambda route: route.abort())


def mend(agent: Player, *, of: str) -> None:
    agent.page.unroute(f"**/{of}")


def test_without_network_at_the_end_answers_wait_and_leave(reception: Reception, short: StaffPoll):
    agent = player(reception, short)
    agent.begin(secret(short))
    agent.tap("D’accord")
    agent.at(2)
    agent.tap("Passer")
    cut(agent, of="bulletin")
    agent.send()
    told = agent.page.get_by_role("status")
    expect(told).to_contain_text("gardées sur cet appareil, et pas encore envoyées")
    expect(told).to_contain_text("Nouvel essai")
    assert in_the_box(short) == []
    # Closed and opened again, it still waits.
    agent.page.reload()
    expect(told).to_contain_text("gardées sur cet appareil")
    mend(agent, of="bulletin")
    agent.tap("Réessayer maintenant")
    agent.thanked()
    assert in_the_box(short) == [{"fierte": 1}]


def test_a_receipt_lost_on_its_way_makes_no_second_ballot(reception: Reception, short: StaffPoll):
    agent = player(reception, short)
    agent.begin(secret(short))
    agent.tap("D’accord")
    agent.at(2)
    agent.tap("Passer")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    agent.page.route("**/bulletin", lose, times=1)
    agent.send()
    expect(agent.page.get_by_role("status")).to_contain_text("pas encore envoyées")
    agent.tap("Réessayer maintenant")
    agent.thanked()
    assert in_the_box(short) == [{"fierte": 1}]


def test_a_signature_lost_on_its_way_is_given_again(reception: Reception, short: StaffPoll):
    agent = player(reception, short)
    agent.open(secret(short))
    lost = []

    def lose_the_signature(route: Route) -> None:
        if "blinded" in (route.request.post_data or "") and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    agent.page.route("**/jeton", lose_the_signature)
    agent.tap("Commencer")
    expect(agent.button("Réessayer")).to_be_visible()
    assert lost == [200]
    agent.page.reload()
    agent.tap("Commencer")
    agent.at(1)


def test_without_network_at_the_start_one_may_answer_at_once(
    reception: Reception, short: StaffPoll
):
    agent = player(reception, short)
    agent.open(secret(short))
    cut(agent, of="jeton")
    agent.tap("Commencer")
    agent.tap("Répondre sans attendre")
    agent.at(1)
    agent.tap("D’accord")
    agent.at(2)
    mend(agent, of="jeton")
    agent.tap("Passer")
    agent.send()
    agent.thanked()
    assert in_the_box(short) == [{"fierte": 1}]


def test_closed_meanwhile(reception: Reception, short: StaffPoll):
    agent = player(reception, short)
    agent.begin(secret(short))
    agent.tap("D’accord")
    agent.at(2)
    agent.tap("Passer")
    agent.at_the_summary()
    close(poll=short, by=None)
    agent.send()
    agent.heading("Vos réponses ne sont pas parties")
    expect(agent.page.get_by_role("alert")).to_contain_text("Ce sondage est clos")
    agent.visit.open(address(short), status=410)
    expect(agent.page.get_by_role("alert")).to_contain_text("ne sont pas comptées")
    agent.keeps_nothing()


def test_a_key_of_ones_own_is_not_accepted(reception: Reception, short: StaffPoll):
    """A server that gave each agent a key would name their ballots."""
    other = open_poll(12, document=SHORT)
    with scopes_disabled():
        key = encoded(bytes(PollGroup.objects.get(poll=other).public_key))
    agent = player(reception, short)
    agent.open(secret(short))
    asked = []

    def with_another_key(route: Route) -> None:
        asked.append(route.request.post_data)
        route.fulfill(json={"group": 1, "public_key": key})

    agent.page.route("**/jeton", with_another_key)
    agent.tap("Commencer")
    expect(agent.page.get_by_role("alert")).to_contain_text("Par prudence, rien n’a été envoyé")
    assert len(asked) == 1


# --- Printed codes -------------------------------------------------------------------------------


def test_a_printed_code_opens_the_cards_one_at_a_time(reception: Reception):
    poll = open_poll(12, printed=3, document=SHORT)
    (code,) = printed_codes(poll, 1)
    agent = player(reception, poll)
    agent.open()
    agent.page.get_by_label("Code à douze signes").fill("ABCD")
    agent.tap("Répondre")
    expect(agent.page.get_by_role("alert")).to_contain_text("douze signes")
    wrong = "2" if code[-1] != "2" else "3"
    agent.page.get_by_label("Code à douze signes").fill(code[:-1] + wrong)
    agent.tap("Répondre")
    agent.at(1)
    agent.tap("D’accord")
    agent.at(2)
    agent.tap("Passer")
    agent.send()
    expect(agent.page.get_by_role("alert")).to_contain_text("Ce code n’est pas connu")
    agent.page.get_by_label("Votre code imprimé").fill(code.lower())
    agent.tap("Envoyer avec ce code")
    agent.thanked()
    assert in_the_box(poll) == [{"fierte": 1}]


def test_without_scripts_a_printed_code_goes_all_the_way(reception: Reception):
    poll = open_poll(12, printed=3)
    (code,) = printed_codes(poll, 1)
    visit = reception.visit(PHONE, scripts=False)
    visit.open(address(poll))
    assert "demandez un code imprimé" in visit.text
    visit.page.get_by_label("Code à douze signes").fill(code)
    visit.press("Répondre")
    visit.page.get_by_role("group", name="Je suis fier").get_by_label(
        "D’accord", exact=True
    ).check()
    visit.page.get_by_role("combobox").first.select_option("1")
    visit.page.get_by_role("textbox", name="La suite").fill("é" * 501)
    visit.press("Envoyer mes réponses")
    assert "Donnez à chaque proposition un rang" in visit.text
    assert "dépasse 500 caractères" in visit.text
    assert len(visit.page.get_by_role("textbox", name="La suite").input_value()) == 501
    for rank, choice in enumerate(visit.page.get_by_role("combobox").all(), start=1):
        choice.select_option(str(rank))
    visit.page.get_by_role("textbox", name="La suite").fill("des bancs")
    visit.press("Envoyer mes réponses")
    assert "Votre bulletin est dans l’urne" in visit.text
    assert in_the_box(poll) == [{"fierte": 1, "ordre": [0, 1, 2], "souhait": "des bancs"}]
    assert visit.context.cookies() == []
