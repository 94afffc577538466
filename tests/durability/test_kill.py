"""`kill -9` of web, worker and database during writes: nothing lost, doubled or half-written.

The database is the one the suite runs on, in an installation of its own: SQLite, then PostgreSQL.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from parvis.foundation.tests.mail_server import MailServer
from tests.durability.clients import Client, Phone, Progress
from tests.durability.house import House

pytestmark = pytest.mark.database_server

CLIENTS = 4


@dataclass(frozen=True)
class Size:
    """How much is written and how often something is killed."""

    saves: int
    uploads: int
    contacts: int
    tasks: int
    kills: int


SMALL = Size(saves=112, uploads=32, contacts=8, tasks=40, kills=4)
FULL = Size(saves=1_600, uploads=400, contacts=40, tasks=400, kills=40)


def test_nothing_acknowledged_is_lost_doubled_or_half_written(installation, mailbox, capsys):
    storm(installation, mailbox, SMALL, seed=7, capsys=capsys)


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_thousand_saves_and_uploads_survive_forty_kills(installation, mailbox, seed, capsys):
    storm(installation, mailbox, FULL, seed=seed, capsys=capsys)


def test_a_hundred_saves_of_one_answer_from_four_phones_are_a_hundred_revisions(installation):
    """Never `stale + 1`: who starts from an older version is told, and nothing is overwritten."""
    plan = installation.module("prepare", 1, 0)
    criterion = next(code for code, values in plan["criteria"].items() if len(values) > 100)
    installation.start()
    conflicts = Counter[str]()
    failures: list[str] = []

    def increments(first: int) -> None:
        phone, base = Phone(installation.port, plan["contacts"][0], Progress()), 0
        for number in range(first, first + 25):
            while True:
                status, receipt = phone.save(criterion, str(number), base)
                base = int(receipt.get("base", 0))
                if status == 200:
                    break
                if status != 409:
                    failures.append(f"{status} {receipt}")
                    return
                conflicts["stale"] += 1

    threads = [threading.Thread(target=increments, args=(25 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    installation.stop()
    found = installation.module("census")
    assert not failures
    ((_contact, _criterion, value, revision),) = found["answers"]
    assert revision == 100
    assert int(value) in {24, 49, 74, 99}
    # Four phones that never met would prove nothing.
    assert conflicts["stale"] > 0


def storm(installation: House, mailbox: MailServer, size: Size, *, seed: int, capsys: Any) -> None:
    """Clients write while parts are killed at random acts; then everything is counted."""
    plan = installation.module("prepare", size.contacts, size.tasks)
    installation.start()
    progress = Progress()
    clients = [
        Client(
            [
                Phone(installation.port, contact, progress)
                for contact in plan["contacts"][number::CLIENTS]
            ],
            plan["criteria"],
            saves=size.saves // CLIENTS,
            uploads=size.uploads // CLIENTS,
            seed=seed * 100 + number,
        )
        for number in range(CLIENTS)
    ]
    started = time.monotonic()
    for client in clients:
        client.start()
    killed = strike_at_random(installation, progress, clients, size, seed)
    while any(client.is_alive() for client in clients):
        installation.supervise()
        time.sleep(0.1)
    seconds = time.monotonic() - started
    failures = [client.failure for client in clients if client.failure is not None]
    assert not failures, (failures, installation.log("web")[-2000:])
    installation.stop()
    found = installation.module("census")
    check_answers(clients, found)
    check_evidence(clients, found)
    check_tasks_and_mail(mailbox, found, size)
    assert found["integrity"] == "ok"
    assert sum(killed.values()) == size.kills
    assert set(killed) == set(installation.parts), "some part was never killed"
    with capsys.disabled():
        print(  # noqa: T201 – the figures are what the run is for
            f"\n{'SQLite' if installation.server is None else 'PostgreSQL'}, seed {seed}: "
            f"{progress.acknowledged} saves and uploads acknowledged in {seconds:.0f} s, "
            f"{dict(killed)} killed, {progress.retries} requests sent again; "
            f"0 lost, 0 doubled, 0 half-written; {found['swept']} orphan files swept, "
            f"{found['retaken_tasks']} tasks taken up again"
        )


def strike_at_random(
    installation: House, progress: Progress, clients: list[Client], size: Size, seed: int
) -> Counter[str]:
    """Kill at random numbers of acts, a random moment after; every part in turn, order shuffled."""
    chance = random.Random(seed)
    total = size.saves + size.uploads
    # None in the last tenth, so that every kill falls on clients at work.
    moments = sorted(chance.sample(range(5, total * 9 // 10), size.kills))
    parts = [installation.parts[n % len(installation.parts)] for n in range(size.kills)]
    chance.shuffle(parts)
    killed = Counter[str]()
    for moment, part in zip(moments, parts, strict=True):
        while not progress.wait_for(moment, timeout=0.2):
            installation.supervise()
            if not any(client.is_alive() for client in clients):
                return killed
        time.sleep(chance.uniform(0.0, 0.03))
        installation.strike(part)
        killed[part] += 1
    return killed


def check_answers(clients: list[Client], found: dict[str, Any]) -> None:
    """Value of the last receipt, one change per receipt, one row per answer, and no other row."""
    expected = {
        key: (cell.value, cell.receipts) for client in clients for key, cell in client.cells.items()
    }
    stored = [((contact, code), (value, rev)) for contact, code, value, rev in found["answers"]]
    assert len(stored) == len(dict(stored)), "an answer is stored twice"
    assert dict(stored) == expected


def check_evidence(clients: list[Client], found: dict[str, Any]) -> None:
    """One row and one whole file for each receipt, one line of journal, nothing under conflict."""
    expected = {number: sent for client in clients for number, sent in client.files.items()}
    rows = {row["id"]: (row["contact_id"], row["received_sha256"]) for row in found["evidence"]}
    assert rows == expected
    assert not [row for row in found["evidence"] if row["conflicts_with"]]
    assert sorted(found["journal_evidence"]) == sorted(expected)
    on_disk = {path: tuple(facts) for path, facts in found["files_before_sweep"].items()}
    for row in found["evidence"]:
        assert on_disk.get(row["path"]) == (row["size_bytes"], row["sha256"]), row
    # Files whose row was never committed wait for the daily task, which leaves the others alone.
    assert set(found["files"]) == {row["path"] for row in found["evidence"]}
    assert found["swept"] == len(on_disk) - len(rows)


def check_tasks_and_mail(mailbox: MailServer, found: dict[str, Any], size: Size) -> None:
    """Every task done, its mail queued once, and no message handed over twice."""
    assert Counter(status for status, _value in found["tasks"]) == {"SUCCESSFUL": size.tasks}
    assert sorted(value for _status, value in found["tasks"]) == list(range(size.tasks))
    assert len(found["mails"]) == size.tasks
    received = Counter(
        re.search(rb"(?im)^Message-ID: *(\S+)", message)[1].decode()  # type: ignore[index]
        for message in mailbox.messages
        if re.search(rb"(?im)^Message-ID:", message)
    )
    states = Counter(state for _key, _id, state in found["mails"])
    assert set(states) <= {"sent", "unknown"}, states
    for key, message_id, state in found["mails"]:
        allowed = {1} if state == "sent" else {0, 1}
        assert received[message_id] in allowed, (key, state, received[message_id])
