"""What is measured of the kiosk: first load, answer to a tap, a month kept and given back.

The tests compare these figures with what is promised; `python -m bench.kiosk` prints them.
"""

from __future__ import annotations

import gzip
import time
from dataclasses import dataclass

from playwright.sync_api import Response

from tests.e2e.kiosk_page import Tablet

# From the finger's touch to the frame that shows something else: pressed, then the next screen.
TAPS = """async (most) => {
  const page = document.documentElement.dataset;
  const frame = () => new Promise(requestAnimationFrame);
  const pressed = [], drawn = [];
  for (let tap = 0; tap < most; tap += 1) {
    while (page.screen !== "attract") await frame();
    const face = document.querySelectorAll(".face-key")[tap % 4];
    await frame();
    const began = performance.now();
    face.click();
    await frame();
    await frame();
    pressed.push(performance.now() - began);
    while (page.screen !== "step") await frame();
    await frame();
    drawn.push(performance.now() - began);
    while (page.screen === "step") { document.querySelector(".ghost").click(); await frame(); }
    document.querySelector(".main").click();
  }
  return [pressed, drawn];
}"""


FILL_A_MONTH = """async (most) => {
  const store = await import("/static/feedback/kiosk/store.js");
  const run = crypto.randomUUID();
  for (let from = 0; from < most; from += 2000) {
    await store.write(["meta", "entries"], (meta, entries) => {
      for (let rank = from; rank < Math.min(most, from + 2000); rank += 1) {
        entries.add({ id: crypto.randomUUID(), seq: rank + 1, visit: crypto.randomUUID(),
          touchpoint: "ABCDEFGH", version: 3, question: rank % 10 ? "satisfaction" : "comment",
          value: 1, level: -1, text: rank % 10 ? "" : "Un mot de plus. ".repeat(9), language: "fr",
          time_ms: Date.now() - 1000 * (most - rank), mono_ms: rank, run, epoch_ms: null });
      }
      meta.put(Math.min(most, from + 2000), "sequence");
    });
  }
}"""


def settle(kiosk: Tablet) -> None:
    """The service worker has taken the page in charge, with all its files."""
    kiosk.page.wait_for_function("navigator.serviceWorker.controller !== null")


def first_load(kiosk: Tablet) -> dict[str, int]:
    """Bytes of each file of a first visit, by address, as in service: text compressed by gzip.

    The service worker then asks for the same files again, and is told that they are the same: once
    the page has loaded, for some hundred bytes each, not counted here.
    """
    seen: dict[str, Response] = {}
    kiosk.page.on("response", lambda response: seen.setdefault(response.url, response))
    kiosk.open("/borne/")
    kiosk.wait("pairing")
    kiosk.page.evaluate("document.fonts.ready.then(() => true)")
    bodies = {
        url: response.body()
        for url, response in seen.items()
        if response.request.service_worker is None
    }
    return {
        url: len(body) if url.endswith("woff2") else len(gzip.compress(body))
        for url, body in bodies.items()
    }


@dataclass(frozen=True, slots=True)
class Taps:
    """Milliseconds from a tap to a frame that shows it, and to the next screen, its answer kept."""

    pressed: list[float]
    drawn: list[float]


def taps(kiosk: Tablet, number: int) -> Taps:
    return Taps(*kiosk.page.evaluate(TAPS, number))


def keep_a_month(kiosk: Tablet, answers: int) -> None:
    """Cut the network of a paired kiosk, and let so many answers wait on its disk."""
    settle(kiosk)
    kiosk.context.set_offline(True)
    kiosk.page.reload()
    kiosk.wait("attract")
    kiosk.page.evaluate(FILL_A_MONTH, answers)
    assert kiosk.waiting() == answers


def start(kiosk: Tablet) -> float:
    """Seconds from the start of the page to its first screen, what waits copied."""
    began = time.monotonic()
    kiosk.page.reload()
    kiosk.page.wait_for_selector("html[data-screen=attract]")
    return time.monotonic() - began


def month_given_back(kiosk: Tablet, answers: int, *, patience: float) -> float:
    """Seconds from the return of the network until no answer of a paired kiosk waits any more."""
    keep_a_month(kiosk, answers)
    began = time.monotonic()
    kiosk.context.set_offline(False)
    while kiosk.waiting():
        kiosk.page.wait_for_timeout(100)
        assert time.monotonic() - began < patience
    return time.monotonic() - began
