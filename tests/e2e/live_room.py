"""A room in a live session: its phones, what its facilitator does, and what reached its boxes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django_scopes import scopes_disabled
from playwright.sync_api import Locator, expect

from parvis.live_sessions.models import LiveSession
from parvis.live_sessions.operations import running
from parvis.live_sessions.tests.factories import box_of
from tests.e2e.conftest import Visit


def address(session: LiveSession, name: str = "phone") -> str:
    return reverse(f"live_sessions:{name}", args=[session.code])


def act(session: LiveSession, what: Callable[..., LiveSession], **more: Any) -> None:
    """What a facilitator does on a page that is up to date."""
    with scopes_disabled():
        session.refresh_from_db()
        what(session=session, version=session.version, **more)
        session.refresh_from_db()


def put(session: LiveSession, key: str) -> int:
    """Put a card on the screen; its number among those put."""
    act(session, running.put_card, key=key)
    return session.current


def in_the_box(session: LiveSession, number: int) -> list[Any]:
    """The answers to the card put `number`-th, not counted yet."""
    with scopes_disabled():
        return list(box_of(session, round__number=number).values())


class Phone:
    """A device in the room; `visit` examines it."""

    def __init__(self, visit: Visit, session: LiveSession) -> None:
        self.visit = visit
        self.page = visit.page
        self.session = session

    def enter(self) -> None:
        self.visit.open(address(self.session))

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def tap(self, name: str) -> None:
        self.button(name).click()

    def heading(self, text: str) -> None:
        """This is what is shown, and a reader is there."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text)

    def says(self, text: str) -> None:
        expect(self.page.locator("#room")).to_contain_text(text)

    def received(self) -> None:
        self.says("Votre réponse est enregistrée.")
