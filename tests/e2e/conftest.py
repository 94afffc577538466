"""A real browser on a real server: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from parvis.accounts.models import Person

CHROMIUM = "/usr/bin/chromium"
# Machines that run tests are often shared and slow; a page that never comes still fails.
PATIENCE_MILLISECONDS = 40_000
expect.set_options(timeout=PATIENCE_MILLISECONDS)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1280, "height": 900}}
AXE = Axe()

# Playwright's synchronous calls run inside an event loop, in which Django refuses database calls
# by default; the test's own thread is the only one to make them.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield launched
    launched.close()


@pytest.fixture(scope="session", autouse=True)
def _one_request_at_a_time() -> Iterator[None]:
    """In memory, SQLite gives all threads of the live server one connection: they take turns.

    A real installation has a file, and a connection for each thread.
    """
    if connection.vendor != "sqlite" or not connection.is_in_memory_db():
        yield
        return
    turn = threading.RLock()
    answer = WSGIHandler.get_response

    def in_turn(handler: WSGIHandler, request: Any) -> Any:
        with turn:
            return answer(handler, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WSGIHandler, "get_response", in_turn)
        yield


@pytest.fixture(autouse=True)
def _served_from_the_package(settings: Any) -> None:
    settings.WHITENOISE_USE_FINDERS = True
    settings.WHITENOISE_AUTOREFRESH = True


# What may be wrong in one scheme and right in the other; everything else is examined once.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]

# The colours of a scheme have arrived once two frames are painted.
EXAMINE = """async (options) => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  await frame();
  const { violations } = await axe.run(document, options);
  const why = (node) => [...node.any, ...node.all, ...node.none][0]?.message;
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} – ${why(node)}`)
  );
}"""


class Visit:
    """A person at a device; axe examines the pages they stop at, in light and in dark."""

    def __init__(self, context: BrowserContext, base_url: str) -> None:
        self.context = context
        self.base_url = base_url
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MILLISECONDS)
        self.page_errors: list[str] = []
        self.page.on("pageerror", lambda error: self.page_errors.append(str(error)))
        self.page.on("console", self._listen)

    def _listen(self, message: ConsoleMessage) -> None:
        """Keep what the console complains of, refusals by the content security policy included.

        A page that answers 404 or 422 is no complaint; a file of the page that does is one.
        """
        refused_page = (
            message.text.startswith("Failed to load resource")
            and "/static/" not in message.location["url"]
        )
        if message.type == "error" and not refused_page:
            self.page_errors.append(message.text)

    def open(self, path: str, *, status: int = 200) -> None:
        response = self.page.goto(self.base_url + path)
        assert response is not None
        assert response.status == status, f"{path}: {response.status}"

    def press(self, name: str, *, role: Any = "button") -> None:
        """Activate a control by the name a screen reader announces."""
        control = self.page.get_by_role(role, name=name, exact=False).first
        assert control.count(), f"{self.page.url}: no {role} “{name}”\n{self.text}"
        with self.page.expect_navigation():
            control.click()

    def follow(self, name: str) -> None:
        self.press(name, role="link")

    def faults(self, scheme: Literal["light", "dark"], rules: list[str] | None = None) -> list[str]:
        """What axe finds on the page in this scheme; all its rules unless some are named."""
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.axe_script)
        options: dict[str, Any] = {"resultTypes": ["violations"]}
        if rules:
            options["runOnly"] = {"type": "rule", "values": rules}
        report = self.page.evaluate(EXAMINE, options)
        return [f"{self.where} ({scheme}) {fault}" for fault in report]

    def sideways(self) -> list[str]:
        """The page scrolls sideways: by how much."""
        overflow = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return [f"{self.where} scrolls sideways by {overflow} px"] if overflow > 0 else []

    def complaints(self) -> list[str]:
        """What the console said since the last time it was asked."""
        said, self.page_errors = self.page_errors, []
        return [f"{self.where} console: {text}" for text in said]

    def examine(self) -> None:
        """No accessibility defect, no script error, no sideways scrolling, in light and in dark.

        axe looks on one database only, as in the tests marked `looks`.
        """
        if connection.vendor == "sqlite":
            assert self.faults("light") == []
            assert self.faults("dark", COLOUR_RULES) == []
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        assert self.sideways() == []
        assert self.complaints() == []

    @property
    def where(self) -> str:
        size = self.page.viewport_size
        return f"{self.page.url.removeprefix(self.base_url)} at {size['width'] if size else '?'} px"

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()


class Reception:
    """Lets people in, each with a browser of their own."""

    def __init__(self, browser: Browser, base_url: str) -> None:
        self.browser = browser
        self.base_url = base_url
        self.contexts: list[BrowserContext] = []

    def visit(
        self,
        device: Mapping[str, Any] = DESK,
        person: Person | None = None,
        *,
        scripts: bool = True,
    ) -> Visit:
        context = self.browser.new_context(
            locale="fr-FR", reduced_motion="reduce", java_script_enabled=scripts, **device
        )
        self.contexts.append(context)
        if person is not None:
            client = Client()
            client.force_login(
                person, backend="allauth.account.auth_backends.AuthenticationBackend"
            )
            context.add_cookies(
                [
                    {
                        "name": settings.SESSION_COOKIE_NAME,
                        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                        "url": self.base_url,
                    }
                ]
            )
        return Visit(context, self.base_url)


@pytest.fixture
def reception(browser: Browser, live_server: Any) -> Iterator[Reception]:
    desk = Reception(browser, live_server.url)
    yield desk
    for context in desk.contexts:
        context.close()
