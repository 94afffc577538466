"""A kiosk whose clock is wrong, was set, or stood still: its answers bear what dates them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.kiosk_page import Tablet, tablet
from tests.e2e.kiosk_server import KioskServer

pytestmark = [pytest.mark.e2e, pytest.mark.device]


@pytest.fixture
def server() -> Iterator[KioskServer]:
    with KioskServer() as running:
        yield running


@pytest.fixture
def kiosk(browser: Browser, server: KioskServer) -> Iterator[Tablet]:
    with tablet(browser, server) as shown:
        shown.pair()
        yield shown


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_ten_years_wrong_is_told_with_what_corrects_it(
    browser: Browser, server: KioskServer, years: int
):
    with tablet(browser, server) as kiosk:
        kiosk.page.add_init_script(
            f"const now = Date.now.bind(Date); Date.now = () => now() + {years} * 31557600000;"
        )
        kiosk.pair()
        expect(kiosk.page.locator("html[data-outbox=synchronised]")).to_have_count(1)
        kiosk.face(1)
        kiosk.wait("step")
        now_ms = time.time() * 1000
        kiosk.wait_until_sent()
        (answer,) = server.taken.values()
        assert abs(answer["time_ms"] - now_ms - years * 31557600000) < 60_000
        assert abs(answer["epoch_ms"] + answer["mono_ms"] - now_ms) < 5_000
        sent = server.batches[-1]["sent"]
        assert (sent["run"], sent["mono_ms"] >= answer["mono_ms"]) == (answer["run"], True)


def test_a_run_that_synchronised_later_dates_what_came_before(
    browser: Browser, server: KioskServer
):
    """Answered before the first reply, sent by another life of the page: still dated."""
    with tablet(browser, server) as kiosk:
        kiosk.pair()
        kiosk.page.route("**/batches", lambda route: route.abort())
        kiosk.page.reload()
        kiosk.wait("attract")
        kiosk.face(1)
        kiosk.wait("step")
        now_ms = time.time() * 1000
        script = """async (epoch) => {
          const store = await import("/static/feedback/kiosk/store.js");
          const [entry] = await store.read(["entries"], (all) => store.result(all.getAll()));
          await store.write(["runs"], (runs) => {
            runs.put({ run: entry.run, epoch_ms: epoch - entry.mono_ms });
          });
          return entry.epoch_ms;
        }"""
        assert kiosk.page.evaluate(script, int(now_ms)) is None
        kiosk.page.unroute("**/batches")
        kiosk.page.reload()
        kiosk.wait("attract")
        kiosk.wait_until_sent()
        (answer,) = server.taken.values()
        assert abs(answer["epoch_ms"] + answer["mono_ms"] - now_ms) < 2


def test_after_a_sleep_the_clock_begins_another_run(kiosk: Tablet, server: KioskServer):
    """The monotonic clock may have stood still: what came before keeps the server's time."""
    expect(kiosk.page.locator("html[data-outbox=synchronised]")).to_have_count(1)
    kiosk.page.route("**/batches", lambda route: route.abort())
    kiosk.face(1)
    kiosk.wait("step")
    before_ms = time.time() * 1000
    kiosk.page.evaluate("const now = Date.now.bind(Date); Date.now = () => now() + 8 * 3600000;")
    kiosk.tap("L’attente")
    kiosk.tap("Continuer")
    expect(kiosk.page.locator("textarea")).to_be_visible()
    kiosk.page.unroute("**/batches")
    kiosk.wait_until_sent()
    first, second = server.taken.values()
    assert first["run"] != second["run"]
    assert abs(first["epoch_ms"] + first["mono_ms"] - before_ms) < 5_000
    assert second["mono_ms"] < 1_000
