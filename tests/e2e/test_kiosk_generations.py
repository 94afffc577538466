"""Each start of a kiosk passes to a new database, for Chromium spoils one that a kill has torn.

Chromium keeps a database as a log. A kill may leave the head of a record without its body; the next
start writes on after it, and the start after that finds the log spoilt and throws all of it away
(`docs/adr/0013`). These tests tear the log by hand, where a kill tears it once in a hundred.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.e2e.kiosk_measures import keep_a_month
from tests.e2e.kiosk_page import Tablet, tablet
from tests.e2e.kiosk_server import SECRET, KioskServer, configuration
from tests.e2e.test_kiosk_outbox import Machine, check_nothing_lost_nor_doubled

pytestmark = [pytest.mark.e2e, pytest.mark.device]

# A server that takes nothing for as long as a test lasts: what is kept must stay kept.
BUSY: tuple[int, dict[str, str], Any] = (503, {"Retry-After": "600"}, {})


@pytest.fixture
def server() -> Iterator[KioskServer]:
    with KioskServer() as running:
        running.refusals = [BUSY] * 1000
        yield running


@pytest.fixture
def machine(playwright: Playwright, server: KioskServer, tmp_path: Path) -> Iterator[Machine]:
    one = Machine(playwright, server, tmp_path / "disk")
    yield one
    if one.process is not None and one.process.poll() is None:
        one.kill()


# --- A torn log -----------------------------------------------------------------------------------

BLOCK = 32 * 1024
# The body of the shortest record that Chromium writes for a kiosk in use: the harder case.
RECORD = 65


def tear(disk: Path) -> None:
    """Leave at the end of each log the head of a record that a kill kept from having its body."""
    logs = [log for log in disk.rglob("*.leveldb/*.log") if "IndexedDB" in log.parts]
    assert logs
    for log in logs:
        left = BLOCK - log.stat().st_size % BLOCK
        # A head never stands across two blocks, nor here a record.
        filling = bytes(left) if left < 7 + RECORD else b""
        whole = 1
        with log.open("ab") as file:
            file.write(filling + struct.pack("<IHB", 0xC0FFEE, RECORD, whole))


def generations(kiosk: Tablet) -> list[str]:
    return list(kiosk.page.evaluate("navigator.storageBuckets.keys()"))


def answer(kiosk: Tablet, machine: Machine) -> None:
    kiosk.page.locator(".face-key").first.click()
    kiosk.wait("step")
    assert kiosk.stored is not None
    machine.kept.append(kiosk.stored)


def start(machine: Machine) -> Tablet:
    """A life of the browser in which the page has found its device again."""
    kiosk = machine.start()
    kiosk.open("/borne/")
    started = "html:is([data-screen=attract], [data-screen=pairing])"
    expect(kiosk.page.locator(started)).to_have_count(1)
    assert kiosk.screen == "attract", "the browser has forgotten its database"
    kiosk.wait("attract")
    return kiosk


def give_back(kiosk: Tablet, machine: Machine) -> None:
    """All that was kept reaches the server, once."""
    kiosk.server.refusals.clear()
    kiosk.page.reload()
    kiosk.wait("attract")
    kiosk.wait_until_sent()
    check_nothing_lost_nor_doubled(kiosk.server, machine.kept)
    assert len(kiosk.server.taken) == len(machine.kept)


def test_a_log_torn_at_each_kill_loses_nothing(machine: Machine):
    kiosk = machine.start()
    kiosk.pair()
    answer(kiosk, machine)
    for _life in range(3):
        machine.kill()
        tear(machine.disk)
        kiosk = start(machine)
        answer(kiosk, machine)
    give_back(kiosk, machine)


@pytest.mark.parametrize(
    "answers", [1_200, pytest.param(20_000, marks=pytest.mark.long)], ids=["day", "month"]
)
def test_what_waits_is_copied_whole(browser: Browser, server: KioskServer, answers: int):
    with tablet(browser, server) as kiosk:
        kiosk.pair()
        keep_a_month(kiosk, answers)
        begun = generations(kiosk)
        kiosk.page.reload()
        kiosk.wait("attract")
        assert generations(kiosk) != begun
        assert kiosk.waiting() == answers
        server.refusals.clear()
        kiosk.context.set_offline(False)
        kiosk.wait_until_sent()
        sequences = [answer["seq"] for answer in server.taken.values()]
        assert sequences == list(range(1, answers + 1))


def test_a_slow_machine_passes_to_a_new_one_all_the_same(browser: Browser, server: KioskServer):
    with tablet(browser, server) as kiosk:
        kiosk.page.add_init_script(
            """const request = LockManager.prototype.request;
            LockManager.prototype.request = async function (...asked) {
              await new Promise((resolve) => setTimeout(resolve, 1500));
              return request.apply(this, asked);
            };"""
        )
        kiosk.pair()
        begun = generations(kiosk)
        kiosk.page.goto("about:blank")
        kiosk.open("/borne/")
        kiosk.wait("attract")
        assert len(generations(kiosk)) == 1
        assert generations(kiosk) != begun


# --- A kill at each instant of a start -----------------------------------------------------------

# What each script does instead of going on: say it, then nothing more until the kill.
INSTANTS = {
    "before the copy": """
        const open = IDBFactory.prototype.open;
        let opened = 0;
        IDBFactory.prototype.open = function (...asked) {
          opened += 1;
          if (opened < 2) return open.apply(this, asked);
          console.info("held");
          return {};
        };""",
    "in the copy": """
        const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (...asked) {
          if (this.name === "entries") { console.info("held"); for (;;); }
          return put.apply(this, asked);
        };""",
    "before the mark": """
        const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (value, key) {
          const inCopy = this.transaction.objectStoreNames.length > 1;
          if (key !== "generation" || inCopy) return put.call(this, value, key);
          console.info("held");
          for (;;);
        };""",
    "before the old one goes": """
        StorageBucketManager.prototype.delete = () => {
          console.info("held");
          return new Promise(() => {});
        };""",
}


@pytest.mark.parametrize("instant", INSTANTS)
def test_a_kill_during_a_start_loses_nothing(machine: Machine, instant: str):
    kiosk = machine.start()
    kiosk.pair()
    answer(kiosk, machine)
    machine.kill()
    tear(machine.disk)
    # Each start that does not come to its end adds a little to the torn log: three may follow.
    for _life in range(3):
        kiosk = machine.start()
        kiosk.page.add_init_script(INSTANTS[instant])
        with kiosk.page.expect_console_message(lambda message: message.text == "held"):
            kiosk.page.goto(f"{kiosk.base_url}/borne/", wait_until="commit")
        machine.kill()
    kiosk = start(machine)
    answer(kiosk, machine)
    assert len(generations(kiosk)) == 1
    give_back(kiosk, machine)


# --- Kiosks from before generations --------------------------------------------------------------

# The database of that time, in a page of the same origin: a device, and an answer that waits.
BEFORE = """([secret, configuration, late]) => new Promise((resolve, reject) => {
  const entry = (seq) => ({ id: crypto.randomUUID(), seq, visit: crypto.randomUUID(),
    touchpoint: "ABCDEFGH", version: 3, question: "satisfaction", value: 1, level: -1, text: "",
    language: "fr", time_ms: 1, mono_ms: 1, run: crypto.randomUUID(), epoch_ms: null });
  const keep = (database, seq, more = {}) => {
    const stores = database.transaction(["meta", "entries"], "readwrite");
    const one = entry(seq);
    stores.objectStore("entries").add(one);
    const values = Object.entries({ sequence: seq, ...more });
    for (const [name, value] of values) stores.objectStore("meta").put(value, name);
    stores.oncomplete = () => {
      console.info(`seeded ${one.id}`);
      resolve();
    };
  };
  const request = indexedDB.open("parvis-kiosk", 1);
  request.onupgradeneeded = () => {
    const database = request.result;
    database.createObjectStore("meta");
    database.createObjectStore("entries", { keyPath: "seq" });
    database.createObjectStore("aside", { keyPath: "id" });
    database.createObjectStore("runs", { keyPath: "run" });
  };
  request.onerror = () => reject(request.error);
  request.onsuccess = () => {
    const database = request.result;
    database.onversionchange = () => {
      if (late) keep(database, 2);
      database.close();
    };
    keep(database, 1, { device: { secret, name: "Borne" }, configuration });
  };
})"""
# A page of the origin that is not the kiosk's.
ELSEWHERE = "/static/feedback/words.json"


def seed(kiosk: Tablet, kept: list[str], *, late: bool = False) -> None:
    def hear(message: Any) -> None:
        if message.text.startswith("seeded "):
            kept.append(message.text.removeprefix("seeded "))

    kiosk.page.on("console", hear)
    kiosk.open(ELSEWHERE)
    kiosk.page.evaluate(BEFORE, [SECRET, configuration(), late])


def databases(kiosk: Tablet) -> list[str]:
    return list(
        kiosk.page.evaluate("indexedDB.databases().then((all) => all.map(({ name }) => name))")
    )


def test_a_kiosk_from_before_generations_keeps_all(machine: Machine):
    kiosk = machine.start()
    seed(kiosk, machine.kept)
    machine.kill()
    tear(machine.disk)
    kiosk = start(machine)
    assert (databases(kiosk), generations(kiosk)) == ([], ["parvis-kiosk-1"])
    answer(kiosk, machine)
    give_back(kiosk, machine)


def test_a_kill_after_the_first_generation_leaves_nothing_behind(machine: Machine):
    kiosk = machine.start()
    seed(kiosk, machine.kept)
    machine.kill()
    kiosk = machine.start()
    kiosk.page.add_init_script(
        """IDBFactory.prototype.deleteDatabase = () => { console.info("held"); return {}; };"""
    )
    with kiosk.page.expect_console_message(lambda message: message.text == "held"):
        kiosk.page.goto(f"{kiosk.base_url}/borne/", wait_until="commit")
    machine.kill()
    kiosk = start(machine)
    assert databases(kiosk) == []
    give_back(kiosk, machine)


def test_an_old_tab_that_still_answers_loses_nothing(browser: Browser, server: KioskServer):
    """It knows no lock: what it keeps while the database is copied is not left behind."""
    kept: list[str] = []
    with tablet(browser, server) as old:
        seed(old, kept, late=True)
        kiosk = Tablet(old.context, server)
        kiosk.open("/borne/")
        kiosk.wait("attract")
        assert (kiosk.waiting(), len(kept)) == (2, 2)
        # It goes on with the database that it had, and passes to a generation at its next start.
        assert generations(kiosk) == []
        old.page.close()
        kiosk.page.reload()
        kiosk.wait("attract")
        assert generations(kiosk) == ["parvis-kiosk-1"]
        server.refusals.clear()
        kiosk.page.reload()
        kiosk.wait("attract")
        kiosk.wait_until_sent()
        check_nothing_lost_nor_doubled(server, kept)


def test_what_the_browser_promises_to_keep_is_the_generation_in_use(
    browser: Browser, server: KioskServer
):
    promised = """navigator.storageBuckets.keys().then(async ([name]) =>
      (await navigator.storageBuckets.open(name)).persisted())"""
    with tablet(browser, server) as kiosk:
        kiosk.pair()
        assert kiosk.page.evaluate(promised) is False
        devtools = kiosk.context.new_cdp_session(kiosk.page)
        target = devtools.send("Target.getTargetInfo")["targetInfo"]
        grant = {
            "permissions": ["durableStorage"],
            "origin": server.url,
            "browserContextId": target["browserContextId"],
        }
        devtools.send("Browser.grantPermissions", grant)
        kiosk.page.reload()
        kiosk.wait("attract")
        assert kiosk.page.evaluate(promised) is True


# --- When it does not pass to a new one -----------------------------------------------------------


def test_a_second_tab_shares_the_generation_of_the_first(browser: Browser, server: KioskServer):
    with tablet(browser, server) as first:
        first.pair()
        begun = generations(first)
        second = Tablet(first.context, server)
        second.open("/borne/")
        second.wait("attract")
        assert generations(first) == begun
        first.face(1)
        first.wait("step")
        second.face(1)
        second.wait("step")
        assert (first.waiting(), second.waiting()) == (2, 2)
        second.page.close()
        first.page.reload()
        first.wait("attract")
        assert first.waiting() == 2
        assert len(generations(first)) == 1
        assert generations(first) != begun


def test_without_room_for_a_copy_the_kiosk_goes_on_with_what_it_has(
    browser: Browser, server: KioskServer
):
    with tablet(browser, server) as kiosk:
        kiosk.pair()
        kiosk.face(1)
        kiosk.wait("step")
        begun = generations(kiosk)
        kiosk.page.add_init_script(
            """if (sessionStorage.full) {
              const put = IDBObjectStore.prototype.put;
              IDBObjectStore.prototype.put = function (...asked) {
                if (this.name === "entries") throw new DOMException("", "QuotaExceededError");
                return put.apply(this, asked);
              };
            }"""
        )
        kiosk.page.evaluate("sessionStorage.full = 'yes'")
        kiosk.page.reload()
        kiosk.wait("attract")
        assert (kiosk.waiting(), generations(kiosk)) == (1, begun)
        # Once there is room, it passes to a new one by itself, at rest.
        settled = "navigator.serviceWorker.controller !== null"
        kiosk.page.wait_for_function(settled)
        kiosk.page.clock.install()
        kiosk.page.reload()
        kiosk.wait("attract")
        kiosk.page.evaluate("delete sessionStorage.full")
        with kiosk.page.expect_navigation():
            kiosk.page.clock.fast_forward(11 * 60_000)
        kiosk.wait("attract")
        assert (kiosk.waiting(), len(generations(kiosk))) == (1, 1)
        assert generations(kiosk) != begun


def test_a_browser_without_buckets_keeps_its_one_database(browser: Browser, server: KioskServer):
    with tablet(browser, server) as kiosk:
        kiosk.page.add_init_script("delete Navigator.prototype.storageBuckets;")
        kiosk.pair()
        kiosk.face(1)
        kiosk.wait("step")
        kiosk.page.reload()
        kiosk.wait("attract")
        assert (kiosk.waiting(), databases(kiosk)) == (1, ["parvis-kiosk"])
        server.refusals.clear()
        kiosk.page.reload()
        kiosk.wait("attract")
        kiosk.wait_until_sent()
