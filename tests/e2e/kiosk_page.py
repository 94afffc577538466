"""A tablet that shows the kiosk, and the gestures of those who stand before it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.conftest import Visit
from tests.e2e.kiosk_server import CODE, KioskServer

LANDSCAPE: dict[str, Any] = {"viewport": {"width": 1024, "height": 768}, "has_touch": True}
PORTRAIT: dict[str, Any] = {"viewport": {"width": 800, "height": 1280}, "has_touch": True}


class Tablet(Visit):
    """A kiosk's page. `screen` names what it shows; `stored` is the last answer on its disk."""

    def __init__(self, context: BrowserContext, server: KioskServer) -> None:
        super().__init__(context, server.url)
        self.server = server

    def pair(self, code: str = CODE) -> None:
        self.open("/borne/")
        self.wait("pairing")
        self.page.keyboard.type(code)
        self.page.get_by_role("button", name="Relier").click()
        self.wait("attract")

    def wait(self, screen: str) -> None:
        expect(self.page.locator(f"html[data-screen={screen}]")).to_have_count(1)
        # Presses are taken once a screen has stood for a moment.
        if screen in {"attract", "step", "thanks", "refusal"}:
            self.page.wait_for_timeout(400)

    @property
    def screen(self) -> str:
        return str(self.page.evaluate("document.documentElement.dataset.screen"))

    @property
    def stored(self) -> str | None:
        found = self.page.evaluate("document.documentElement.dataset.stored ?? null")
        return None if found is None else str(found)

    def tap(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).tap()

    def face(self, level: int) -> None:
        self.page.locator(f".face-key[data-level='{level}']").tap()

    def waiting(self) -> int:
        """Answers on the disk that no receipt has released."""
        script = """async () => {
          const store = await import("/static/feedback/kiosk/store.js");
          return store.read(["entries"], (entries) => store.result(entries.count()));
        }"""
        return int(self.page.evaluate(script))

    def meta(self, name: str) -> Any:
        script = """async (name) => {
          const store = await import("/static/feedback/kiosk/store.js");
          return (await store.get(name)) ?? null;
        }"""
        return self.page.evaluate(script, name)

    def wait_until_sent(self) -> None:
        for _attempt in range(400):
            if self.waiting() == 0:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{self.waiting()} answers still wait")


@contextmanager
def tablet(
    browser: Browser, server: KioskServer, device: dict[str, Any] = LANDSCAPE, **options: Any
) -> Iterator[Tablet]:
    """A new tablet, forgotten at the end."""
    context = browser.new_context(
        **{"locale": "fr-FR", "reduced_motion": "reduce", **device, **options}
    )
    try:
        yield Tablet(context, server)
    finally:
        context.close()
