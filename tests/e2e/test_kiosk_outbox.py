"""What a citizen was thanked for reaches the server once, whatever the network and the tablet do.

A server of the protocol stands in for the real one (`kiosk_server`): it cuts connections after it
has taken a batch and before it says so. The browser itself is killed by SIGKILL, which spares the
system's cache: a real power cut also needs the disk to keep its word, which `durability: "strict"`
asks for and no test here can see.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Playwright, expect

from tests.e2e.conftest import ARGUMENTS, CHROMIUM, PATIENCE_MILLISECONDS
from tests.e2e.kiosk_page import Tablet, tablet
from tests.e2e.kiosk_server import CODE, KioskServer

pytestmark = [pytest.mark.e2e, pytest.mark.device]

# Somebody in a hurry: a face, sometimes a reason, then on to the thanks. Each answer is named in
# the console once the next screen, which says that it is kept, is drawn.
VISITS = """async (most) => {
  const page = document.documentElement.dataset;
  const frame = () => new Promise((resolve) => setTimeout(resolve, 0));
  const until = async (done) => { while (!done()) await frame(); };
  const press = (element) => element.click();
  let answers = 0;
  const told = () => { answers += 1; console.info(`kept ${page.stored}`); };
  while (answers < most) {
    await until(() => page.screen === "attract");
    press(document.querySelectorAll(".face-key")[Math.floor(Math.random() * 4)]);
    await until(() => page.screen !== "attract");
    if (page.screen !== "step") throw new Error(page.screen);
    told();
    if (Math.random() < 0.5) {
      press(document.querySelector(".chip"));
      const before = page.stored;
      press(document.querySelector(".main"));
      await until(() => page.stored !== before && !document.querySelector(".chip"));
      told();
    }
    while (page.screen === "step") press(document.querySelector(".ghost")), await frame();
    press(document.querySelector(".main"));
  }
  return answers;
}"""


@pytest.fixture
def server() -> Iterator[KioskServer]:
    with KioskServer() as running:
        yield running


@pytest.fixture
def kiosk(browser: Browser, server: KioskServer) -> Iterator[Tablet]:
    with tablet(browser, server) as shown:
        shown.pair()
        yield shown


class Machine:
    """A tablet with its own disk, which can lose its browser at any moment."""

    def __init__(self, playwright: Playwright, server: KioskServer, disk: Path) -> None:
        self.playwright, self.server, self.disk = playwright, server, disk
        self.kept: list[str] = []
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Tablet:
        port_file = self.disk / "DevToolsActivePort"
        port_file.unlink(missing_ok=True)
        # What a killed browser leaves, and refuses to start over.
        for name in ("SingletonLock", "SingletonSocket", "SingletonCookie"):
            (self.disk / name).unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [
                CHROMIUM,
                *ARGUMENTS,
                "--headless=new",
                "--no-first-run",
                "--remote-debugging-port=0",
                f"--user-data-dir={self.disk}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + PATIENCE_MILLISECONDS / 1000
        while not (port_file.exists() and port_file.read_text().count("\n")):
            assert time.monotonic() < deadline, "the browser does not start"
            time.sleep(0.02)
        port = port_file.read_text().split("\n")[0]
        browser = self.playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        shown = Tablet(browser.contexts[0], self.server)
        shown.page.on("console", self._hear)
        return shown

    def _hear(self, message: ConsoleMessage) -> None:
        if message.text.startswith("kept "):
            self.kept.append(message.text.removeprefix("kept "))

    def kill(self) -> None:
        """As a power cut ends it: no page, no database is told."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def check_nothing_lost_nor_doubled(server: KioskServer, kept: list[str]) -> None:
    taken = {str(number): answer for number, answer in server.taken.items()}
    assert [number for number in kept if number not in taken] == []
    sequences = sorted(answer["seq"] for answer in taken.values())
    assert sequences == list(range(1, len(taken) + 1))
    smileys = [a["visit"] for a in taken.values() if a["question"] == "satisfaction"]
    assert len(smileys) == len(set(smileys))
    assert server.conflicts == []


@pytest.mark.parametrize(
    ("answers", "kills"),
    [(300, 4), pytest.param(10_000, 200, marks=pytest.mark.long)],
    ids=["small", "full"],
)
def test_cuts_and_kills_lose_and_double_nothing(
    playwright: Playwright, tmp_path: Path, answers: int, kills: int
):
    chance = random.Random(20261126)
    with KioskServer(cut=0.3) as server:
        machine = Machine(playwright, server, tmp_path / "disk")
        kiosk = machine.start()
        kiosk.pair()
        for life in range(kills + 1):
            if life:
                kiosk = machine.start()
                kiosk.open("/borne/")
                kiosk.wait("attract")
            wanted = answers * (life + 1) // (kills + 1)
            missing = wanted - len(machine.kept)
            kiosk.page.evaluate(f"void ({VISITS})({max(missing, 1) + 1000 * (life < kills)})")
            deadline = time.monotonic() + 120
            while len(machine.kept) < wanted:
                kiosk.page.wait_for_timeout(chance.uniform(1, 60))
                assert time.monotonic() < deadline, f"{len(machine.kept)} of {wanted}"
            if life < kills:
                machine.kill()
        assert len(machine.kept) >= answers
        server.cut = 0.0
        kiosk.page.reload()
        kiosk.wait("attract")
        kiosk.wait_until_sent()
        machine.kill()
        check_nothing_lost_nor_doubled(server, machine.kept)
        assert server.cuts > 0
        assert server.repeats > 0


def test_two_tabs_share_one_queue(browser: Browser, server: KioskServer):
    server.cut = 0.3
    with tablet(browser, server) as first:
        first.pair()
        second = Tablet(first.context, server)
        second.open("/borne/")
        second.wait("attract")
        kept: list[str] = []
        for shown in (first, second):
            shown.page.on(
                "console",
                lambda message: (
                    kept.append(message.text[5:]) if message.text.startswith("kept ") else None
                ),
            )
            shown.page.evaluate(f"void ({VISITS})(40)")
        while len(kept) < 80:
            first.page.wait_for_timeout(50)
            second.page.wait_for_timeout(50)
        server.cut = 0.0
        first.page.reload()
        first.wait("attract")
        first.wait_until_sent()
        check_nothing_lost_nor_doubled(server, kept)


# --- The disk -------------------------------------------------------------------------------------


# Fill what the browser grants, down to the last kilobyte.
FILL = """async () => {
  const store = await import("/static/feedback/kiosk/store.js");
  let name = 0;
  for (const size of [500_000, 50_000, 5_000, 500, 50, 5, 1]) {
    for (;;) {
      name += 1;
      try {
        await store.put(`filling ${name}`, crypto.getRandomValues(new Uint8Array(size)));
      } catch {
        break;
      }
    }
  }
  return name;
}"""
EMPTY = """async () => {
  const store = await import("/static/feedback/kiosk/store.js");
  const names = await store.read(["meta"], (meta) => store.result(meta.getAllKeys()));
  await store.write(["meta"], (meta) => {
    for (const name of names) if (name.startsWith("filling")) meta.delete(name);
  });
}"""


def test_a_full_disk_is_said_and_never_thanked(browser: Browser, server: KioskServer):
    with tablet(browser, server) as kiosk:
        devtools = kiosk.context.new_cdp_session(kiosk.page)
        quota = {"origin": server.url, "quotaSize": 5_000_000}
        devtools.send("Storage.overrideQuotaForOrigin", quota)
        kiosk.pair()
        kiosk.face(2)
        kiosk.wait("step")
        kiosk.wait_until_sent()
        kiosk.page.reload()
        kiosk.wait("attract")
        assert kiosk.page.evaluate(FILL) > 10
        kiosk.face(3)
        kiosk.wait("refusal")
        expect(kiosk.page.get_by_role("alert")).to_contain_text("n’a pas pu être enregistrée")
        assert "Merci" not in kiosk.text
        kiosk.tap("Terminer")
        kiosk.wait("attract")
        kiosk.page.wait_for_timeout(1000)
        assert len(server.taken) == 1
        # Nor is there room to pass to a new database: the kiosk goes on with the one it has.
        begun = kiosk.page.evaluate("navigator.storageBuckets.keys()")
        kiosk.page.reload()
        kiosk.wait("attract")
        assert kiosk.page.evaluate("navigator.storageBuckets.keys()") == begun
        devtools.send("Storage.overrideQuotaForOrigin", {"origin": server.url})
        kiosk.page.evaluate(EMPTY)
        kiosk.face(0)
        kiosk.wait("step")
        kiosk.wait_until_sent()
        # The refused one took no number: nothing will be looked for in vain.
        assert [(a["seq"], a["value"]) for a in server.taken.values()] == [(1, 2), (2, 0)]


def test_a_broken_database_is_said_and_never_thanked(kiosk: Tablet):
    kiosk.page.evaluate(
        """() => {
          IDBObjectStore.prototype.add = () => { throw new DOMException("", "UnknownError"); };
        }"""
    )
    kiosk.face(3)
    kiosk.wait("refusal")
    assert kiosk.waiting() == 0


def test_a_tablet_without_storage_is_out_of_service(browser: Browser, server: KioskServer):
    with tablet(browser, server) as kiosk:
        kiosk.page.add_init_script(
            "IDBFactory.prototype.open = () => { throw new DOMException('', 'SecurityError'); }"
        )
        kiosk.open("/borne/")
        expect(kiosk.page.get_by_role("heading", level=1)).to_contain_text("pas en service")
        assert "n’a pas pu ouvrir son stockage" in kiosk.text


# --- What the server says -----------------------------------------------------------------------


def test_answers_the_server_cannot_read_are_put_aside_and_the_others_go(
    kiosk: Tablet, server: KioskServer
):
    kiosk.page.evaluate(
        """async () => {
          const store = await import("/static/feedback/kiosk/store.js");
          await store.write(["meta", "entries"], (meta, entries) => {
            for (const seq of [1, 2, 3]) {
              entries.add({ id: seq === 2 ? "no number" : crypto.randomUUID(), seq,
                visit: crypto.randomUUID(), touchpoint: "ABCDEFGH", version: 3,
                question: "satisfaction", value: 1, level: -1, text: "", language: "fr",
                time_ms: 1, mono_ms: 1, run: crypto.randomUUID(), epoch_ms: null });
            }
            meta.put(3, "sequence");
          });
        }"""
    )
    kiosk.face(1)
    kiosk.wait("step")
    kiosk.wait_until_sent()
    assert sorted(answer["seq"] for answer in server.taken.values()) == [1, 3, 4]
    kiosk.page.reload()
    kiosk.wait("attract")
    kiosk.face(1)
    kiosk.wait("step")
    kiosk.wait_until_sent()
    assert server.batches[-1]["health"]["aside"] == 1
    # A later server may read it: whoever looks after the kiosk tries again.
    kiosk.page.evaluate(
        """async () => {
          const store = await import("/static/feedback/kiosk/store.js");
          await store.write(["aside"], async (aside) => {
            const [entry] = await store.result(aside.getAll());
            aside.delete(entry.id);
            aside.put({ ...entry, id: "00000000-0000-4000-8000-000000000000" });
          });
        }"""
    )
    kiosk.page.reload()
    kiosk.wait("attract")
    kiosk.page.keyboard.down("Escape")
    kiosk.wait("maintenance")
    kiosk.page.keyboard.up("Escape")
    kiosk.page.get_by_label("Nom de la borne").fill("borne du hall")
    kiosk.tap("Ouvrir")
    expect(kiosk.page.locator("[data-fact=aside]")).to_have_text("1")
    kiosk.tap("Envoyer maintenant")
    expect(kiosk.page.locator("[data-fact=aside]")).to_have_text("0")
    assert sorted(answer["seq"] for answer in server.taken.values()) == [1, 2, 3, 4, 5]


def test_a_revoked_kiosk_keeps_its_queue_and_gives_it_once_paired_again(
    kiosk: Tablet, server: KioskServer
):
    kiosk.face(1)
    kiosk.wait("step")
    kiosk.wait_until_sent()
    kiosk.page.reload()
    kiosk.wait("attract")
    server.is_revoked = True
    kiosk.face(2)
    kiosk.wait("step")
    expect(kiosk.page.locator("html[data-outbox=refused]")).to_have_count(1)
    assert kiosk.waiting() == 1
    kiosk.page.reload()
    kiosk.wait("pairing")
    expect(kiosk.page.locator("[data-queue] strong")).to_have_text("1")
    kiosk.page.keyboard.type(CODE)
    kiosk.tap("Relier")
    kiosk.wait("attract")
    kiosk.wait_until_sent()
    # A new device counts from one, with what was waiting.
    assert [(a["seq"], a["value"]) for a in server.taken.values()] == [(1, 1), (1, 2)]


def test_answers_of_another_touchpoint_wait_for_their_own(kiosk: Tablet, server: KioskServer):
    """A tablet that passes to another body gives it nothing of the first."""
    server.is_revoked = True
    kiosk.face(2)
    kiosk.wait("step")
    expect(kiosk.page.locator("html[data-outbox=refused]")).to_have_count(1)
    first = server.configuration
    other = {**first["touchpoint"], "code": "ZZZZZZZZ"}
    for number, shown in ((2, {**first, "touchpoint": other}), (3, first)):
        server.configuration = {**shown, "configuration": number}
        kiosk.page.reload()
        kiosk.wait("pairing")
        kiosk.page.keyboard.type(CODE)
        kiosk.tap("Relier")
        kiosk.wait("attract")
        kiosk.face(number - 2)
        kiosk.wait("step")
        kiosk.wait_until_sent()
        server.is_revoked = True
        kiosk.tap("L’attente")
        kiosk.tap("Continuer")
        expect(kiosk.page.locator("html[data-outbox=refused]")).to_have_count(1)
    taken = [(a["touchpoint"], a["value"], a["question"]) for a in server.taken.values()]
    assert taken == [
        ("ZZZZZZZZ", 0, "satisfaction"),
        ("ABCDEFGH", 2, "satisfaction"),
        ("ABCDEFGH", 1, "satisfaction"),
    ]


def test_a_kiosk_is_not_unpaired_while_answers_wait(kiosk: Tablet, server: KioskServer):
    server.refusals = [(503, {"Retry-After": "600"}, {})] * 9
    kiosk.face(1)
    kiosk.wait("step")
    expect(kiosk.page.locator("html[data-outbox=waiting]")).to_have_count(1)
    kiosk.page.reload()
    kiosk.wait("attract")
    kiosk.page.keyboard.down("Escape")
    kiosk.wait("maintenance")
    kiosk.page.keyboard.up("Escape")
    kiosk.page.get_by_label("Nom de la borne").fill("autre")
    kiosk.tap("Ouvrir")
    expect(kiosk.page.get_by_role("alert")).to_contain_text("Ce n’est pas le nom")
    kiosk.page.get_by_label("Nom de la borne").fill("borne du hall")
    kiosk.tap("Ouvrir")
    expect(kiosk.page.locator("[data-fact=queue]")).to_have_text("1")
    kiosk.tap("Détacher cette borne")
    expect(kiosk.page.get_by_role("status")).to_contain_text("Des réponses attendent encore")
    assert kiosk.meta("device")["name"] == "Borne du hall"
    server.refusals.clear()
    kiosk.tap("Envoyer maintenant")
    expect(kiosk.page.get_by_role("status")).to_contain_text("Tout est parti")
    expect(kiosk.page.locator("[data-fact=queue]")).to_have_text("0")
    kiosk.tap("Détacher cette borne")
    kiosk.wait("pairing")
    assert kiosk.meta("device") is None


def test_the_server_chooses_when_it_is_asked_again(kiosk: Tablet, server: KioskServer):
    server.refusals = [(429, {"Retry-After": "3"}, {})]
    kiosk.face(1)
    kiosk.wait("step")
    expect(kiosk.page.locator("html[data-outbox=waiting]")).to_have_count(1)
    began = time.monotonic()
    # Neither another answer nor the network's return comes before.
    kiosk.page.evaluate("window.dispatchEvent(new Event('online'))")
    kiosk.tap("L’attente")
    kiosk.tap("Continuer")
    kiosk.wait_until_sent()
    assert 2.5 < time.monotonic() - began < 8
    assert len(server.batches[-1]["answers"]) == 2


@pytest.mark.parametrize(
    "reply",
    [
        (202, {}, {"server_time_ms": 1, "receipts": []}),
        (200, {}, {"receipts": []}),
        (202, {}, "a captive portal"),
        (500, {}, {}),
    ],
    ids=["no receipt", "another status", "another page", "broken"],
)
def test_an_answer_leaves_only_against_its_receipt(
    kiosk: Tablet, server: KioskServer, reply: tuple[int, dict[str, str], Any]
):
    server.refusals = [reply]
    kiosk.face(1)
    kiosk.wait("step")
    expect(kiosk.page.locator("html[data-outbox=waiting]")).to_have_count(1)
    assert kiosk.waiting() == 1
    kiosk.wait_until_sent()
    assert len(server.taken) == 1


def test_a_receipt_with_another_hash_releases_nothing(kiosk: Tablet, server: KioskServer):
    take = server.take
    lies = [True]

    def lying(body: bytes) -> tuple[int, Any]:
        status, reply = take(body)
        if lies[0] and "receipts" in reply:
            for receipt in reply["receipts"]:
                receipt["hash"] = "0" * 64
        return status, reply

    server.take = lying  # type: ignore[method-assign]
    kiosk.face(1)
    kiosk.wait("step")
    expect(kiosk.page.locator("html[data-outbox=waiting]")).to_have_count(1)
    assert kiosk.waiting() == 1
    lies[0] = False
    kiosk.wait_until_sent()
    assert (len(server.taken), server.conflicts) == (1, [])
