"""An agent's device that answers a staff poll, and what reached the box."""

from __future__ import annotations

import json
from typing import Any

from django.urls import reverse
from django_scopes import scopes_disabled
from playwright.sync_api import Locator, expect

from parvis.staff_polls import keys
from parvis.staff_polls.models import Ballot, EligibleAgent, StaffPoll
from tests.e2e.conftest import Visit


def address(poll: StaffPoll, fragment: str = "") -> str:
    return reverse("staff_polls:landing", args=[poll.code]) + fragment


def invitation(agent: EligibleAgent) -> str:
    """What follows the address in the mail."""
    with scopes_disabled():
        return f"#j={keys.invitation(agent)}"


def in_the_box(poll: StaffPoll) -> list[dict[str, Any]]:
    """The answers of each ballot."""
    box = keys.Box(poll)
    with scopes_disabled():
        ballots = list(Ballot.objects.filter(poll=poll))
    return [json.loads(box.open(bytes(ballot.sealed), token=ballot.token)) for ballot in ballots]


class Player:
    """The cards on a device; `visit` examines them."""

    def __init__(self, visit: Visit, poll: StaffPoll) -> None:
        self.visit = visit
        self.page = visit.page
        self.poll = poll

    def open(self, fragment: str = "") -> None:
        self.visit.open(address(self.poll, fragment))

    def begin(self, fragment: str) -> None:
        self.open(fragment)
        self.tap("Commencer")
        self.at(1)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def tap(self, name: str) -> None:
        self.button(name).click()

    def at(self, rank: int) -> None:
        """The card of this rank is shown, and its question is where a reader is."""
        expect(self.page.locator("#position")).to_have_text(f"Carte {rank} sur {self.total}")
        expect(self.page.locator("h1")).to_be_focused()

    @property
    def total(self) -> int:
        return len(self.poll.document["cards"])

    def heading(self, text: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text)

    def at_the_summary(self) -> None:
        self.heading("Tout est prêt : relisez, puis envoyez")

    def thanked(self) -> None:
        self.heading("Merci ! Votre bulletin est dans l’urne.")

    def send(self) -> None:
        self.at_the_summary()
        self.tap("Envoyer mes réponses")

    def kept(self) -> list[dict[str, Any]]:
        """The records on the device."""
        script = """() => new Promise((resolve) => {
          const request = indexedDB.open("parvis-sondages", 1);
          request.onsuccess = () => {
            const all = request.result.transaction("ballots").objectStore("ballots").getAll();
            all.onsuccess = () => { resolve(all.result); request.result.close(); };
          };
        })"""
        return list(self.page.evaluate(script))

    def keeps_nothing(self) -> None:
        """Nothing any more: a page clears up after it has shown what it says."""
        for _look in range(100):
            if not self.kept():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(self.kept())
