"""Each start of a kiosk passes to a new database, for Chromium spoils one that a kill has torn.

Chromium keeps a database as a log. A kill may leave the head of a record without its body; the next
start writes on after it, and the start after that finds the log spoilt and throws all of it away
(`docs/adr/0012`). These tests tear the log by hand, where a kill tears it once in a hundred.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.e2e.kiosk_page import Tablet, tablet
from tests.e2e.kiosk_server import SECRET, KioskServer, configuration
from tests.e2e.test_kiosk_outbox import Machine, check_nothing_lost_nor_doubled

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("browser")]

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
# Of the two records that Chromium writes for each transaction, the shorter: the harder case.
RECORD = 75


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
