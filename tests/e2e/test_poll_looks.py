"""Every state of a staff poll on a device, examined in light and in dark, and weighed."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from parvis.staff_polls.operations.releasing import close
from parvis.staff_polls.tests.conftest import drawn_keys
from parvis.staff_polls.tests.voting import agents_of, open_poll, printed_codes
from tests.e2e.conftest import COLOUR_RULES, DESK, PHONE, Reception, Visit
from tests.e2e.poll_player import Player, address, invitation
from tests.e2e.test_poll_player import NARROW, cut
from tests.e2e.test_weight import PUBLIC_BYTES, weight

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.looks,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("drawn_keys"),
]

__all__ = ["drawn_keys"]


def examined(visit: Visit, state: str) -> list[str]:
    found = visit.faults("light") + visit.faults("dark", COLOUR_RULES) + visit.sideways()
    visit.page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return [f"{state}: {fault}" for fault in found]


@pytest.mark.parametrize("device", [NARROW, DESK], ids=["320", "1280"])
def test_axe_finds_nothing_in_the_player(reception: Reception, device: dict[str, Any]):
    poll = open_poll(12, introduction="Dites comment vous voyez notre accueil.")
    agent = Player(reception.visit(device), poll)
    visit, found = agent.visit, []
    agent.open(invitation(agents_of(poll)[0]))
    agent.button("Commencer").wait_for()
    found += examined(visit, "invited")
    agent.tap("Commencer")
    ways = ["D’accord", "Plutôt bien", "", "Le courriel", "", "Valider cet ordre", "", ""]
    for rank, way in enumerate(ways, start=1):
        agent.at(rank)
        found += examined(visit, f"card {rank}")
        if rank in (3, 7):
            visit.page.get_by_role("slider").press("ArrowRight")
        if rank == 5:
            visit.page.get_by_label("Le guichet").check()
        if rank == 8:
            visit.page.get_by_role("textbox").fill("é" * 501)
            found += examined(visit, "sentence too long")
            visit.page.get_by_role("textbox").fill("é")
        if not way:
            found += examined(visit, f"card {rank}, answered")
        agent.tap(way or ("Voir le résumé" if rank == 8 else "Suivant"))
    agent.at_the_summary()
    found += examined(visit, "summary")
    cut(agent, of="bulletin")
    agent.tap("Envoyer mes réponses")
    agent.button("Réessayer maintenant").wait_for()
    found += examined(visit, "waiting for the network")
    visit.complaints()
    agent.page.unroute("**/bulletin")
    agent.tap("Réessayer maintenant")
    agent.thanked()
    visit.page.locator(".poll-gauge").wait_for()
    found += examined(visit, "thanks")
    agent.tap("Effacer mes réponses de cet appareil")
    visit.page.locator(".poll-gauge").wait_for()
    found += examined(visit, "forgotten")
    assert found + visit.complaints() == []


@pytest.mark.parametrize("device", [NARROW, DESK], ids=["320", "1280"])
def test_axe_finds_nothing_in_the_pages(reception: Reception, device: dict[str, Any]):
    poll = open_poll(12, printed=3)
    (code,) = printed_codes(poll, 1)
    plain, visit = reception.visit(device, scripts=False), reception.visit(device)
    pages = [address(poll), *(reverse(f"staff_polls:{n}", args=[poll.code]) for n in PAGES)]
    found = []
    for path in pages:
        visit.open(path)
        found += examined(visit, path)
    # What a form shows without scripts is examined with some: it is sent as without.
    visit.open(address(poll))
    visit.page.evaluate(POST_AS_WITHOUT_SCRIPTS, {"code": code})
    visit.page.get_by_role("heading", name=poll.title).wait_for()
    found += examined(visit, "form")
    visit.page.get_by_role("combobox").first.select_option("1")
    visit.press("Envoyer mes réponses")
    found += examined(visit, "form with errors")
    visit.page.get_by_role("combobox").first.select_option("")
    visit.press("Envoyer mes réponses")
    found += examined(visit, "thanks")
    close(poll=poll, by=None)
    visit.open(address(poll), status=410)
    found += examined(visit, "closed")
    visit.open("/sondage/QQQQQQQQQQ/", status=404)
    found += examined(visit, "unknown")
    plain.open(address(poll), status=410)
    assert found + visit.complaints() + plain.sideways() == []


PAGES = ("anonymity", "reveal")
POST_AS_WITHOUT_SCRIPTS = """(values) => {
  const form = document.createElement("form");
  form.method = "post";
  for (const [name, value] of Object.entries(values)) {
    form.append(Object.assign(document.createElement("input"), { name, value }));
  }
  document.body.append(form);
  form.submit();
}"""


def test_the_first_load_is_light(reception: Reception):
    """With as many cards as a poll may have, each with its ten options."""
    options = [{"code": code, "text": f"Une réponse assez longue {code}"} for code in range(10)]
    cards = [
        {"key": f"carte-{rank}", "kind": "single", "text": "é" * 100, "options": options}
        for rank in range(50)
    ]
    largest = open_poll(12, document={"cards": cards})
    assert weight(reception.visit(PHONE), address(largest)) <= PUBLIC_BYTES


def test_the_library_of_signatures_comes_with_the_token_alone(reception: Reception):
    poll = open_poll(12)
    agent = Player(reception.visit(PHONE), poll)
    seen: list[str] = []
    agent.page.on("request", lambda request: seen.append(request.url))
    agent.open(invitation(agents_of(poll)[0]))
    agent.button("Commencer").wait_for()
    assert not [url for url in seen if "blind" in url]
    agent.tap("Commencer")
    agent.at(1)
    assert [url for url in seen if "blind" in url]
    # No request bears the invitation in its address, nor a word of where it comes from.
    assert not [url for url in seen if "j=" in url]
