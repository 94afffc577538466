"""A real browser on a real server: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from parvis.accounts.models import Person

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1280, "height": 900}}

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


@pytest.fixture(autouse=True)
def _served_from_the_package(settings: Any) -> None:
    settings.WHITENOISE_USE_FINDERS = True
    settings.WHITENOISE_AUTOREFRESH = True


class Visit:
    """A person at a device; every page they stop at is examined by axe, in light and in dark."""

    def __init__(self, context: BrowserContext, base_url: str) -> None:
        self.context = context
        self.base_url = base_url
        self.page: Page = context.new_page()
        self.page.set_default_timeout(10_000)
        self.page_errors: list[str] = []
        self.page.on("pageerror", lambda error: self.page_errors.append(str(error)))
        self.page.on(
            "console",
            lambda message: (
                self.page_errors.append(message.text) if message.type == "error" else None
            ),
        )

    def open(self, path: str) -> None:
        response = self.page.goto(self.base_url + path)
        assert response is not None
        assert response.status < 400, f"{path}: {response.status}"

    def press(self, name: str, *, role: Any = "button") -> None:
        """Activate a control by the name a screen reader announces."""
        control = self.page.get_by_role(role, name=name, exact=False).first
        assert control.count(), f"{self.page.url}: no {role} “{name}”\n{self.text}"
        with self.page.expect_navigation():
            control.click()

    def follow(self, name: str) -> None:
        self.press(name, role="link")

    def examine(self) -> None:
        """No accessibility defect, no script error, no sideways scrolling, in light and in dark."""
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            # Colours that fade from one scheme to the other are measured once they have arrived.
            self.page.wait_for_timeout(200)
            report = Axe().run(self.page).response
            found = [
                f"{violation['id']}: {node['html'][:160]}"
                for violation in report["violations"]
                for node in violation["nodes"]
            ]
            assert found == [], f"{self.page.url} ({scheme})"
        self.page.emulate_media(color_scheme="light")
        assert self.page_errors == [], self.page.url
        overflow = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, f"{self.page.url} scrolls sideways by {overflow} px"

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()


class Reception:
    """Lets people in, each with a browser of their own."""

    def __init__(self, browser: Browser, base_url: str) -> None:
        self.browser = browser
        self.base_url = base_url
        self.contexts: list[BrowserContext] = []

    def visit(self, device: dict[str, Any] = DESK, person: Person | None = None) -> Visit:
        context = self.browser.new_context(locale="fr-FR", **device)
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
