"""Claper's flaw: votes that arrive together on one option, each adding one to the number it read.

Claper read a counter, then wrote it back plus one: of fifty votes at once, some were lost. Here a
vote is a row of its own and nothing is added up before the box is opened: fifty are sent over real
connections to a real server, on SQLite and on PostgreSQL, and all are counted.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from typing import Any

import pytest

from tests.durability.house import House
from tests.durability.prepare_poll import CARD

pytestmark = pytest.mark.database_server

TOGETHER = 50
FAVOURITE, OTHERS = 0, (1, 2)
# Enough who answer otherwise for the table to be shown exactly.
ELSEWHERE = 10


def test_fifty_votes_at_once_on_one_option_are_all_counted(installation: House) -> None:
    plan = installation.module("prepare_poll", "open", TOGETHER + ELSEWHERE)
    installation.start()
    tokens = plan["tokens"]
    others = [
        vote(plan, token, OTHERS[rank % len(OTHERS)])
        for rank, token in enumerate(tokens[TOGETHER:])
    ]
    together = [vote(plan, token, FAVOURITE) for token in tokens[:TOGETHER]]
    # One agent's ballot fifty times at once, with other answers each time: one is kept.
    changes = [vote(plan, tokens[-1], (FAVOURITE, *OTHERS)[rank % 3]) for rank in range(TOGETHER)]
    assert at_once(installation, changes) == {202: TOGETHER}
    assert at_once(installation, others) == {202: ELSEWHERE}
    assert at_once(installation, together) == {202: TOGETHER}
    # The receipts of all of them were lost: sent again, they are the same votes.
    assert at_once(installation, together) == {202: TOGETHER}
    installation.stop()

    found = installation.module("prepare_poll", "close")
    counts = [TOGETHER, *[ELSEWHERE // len(OTHERS)] * len(OTHERS)]
    assert Counter(found["held"]) == dict(enumerate(counts))
    assert found["shown"] == counts


def vote(plan: dict[str, Any], token: dict[str, Any], option: int) -> tuple[str, bytes]:
    """Where a ballot goes, and what it says."""
    ballot = {**token, "answers": {CARD: option}}
    return f"/sondage/{plan['code']}/bulletin", json.dumps(ballot).encode()


def at_once(installation: House, votes: list[tuple[str, bytes]]) -> Counter[int]:
    """Send all of them at the same instant, a connection each; how many answers of each status."""
    start = threading.Barrier(len(votes))
    statuses: Counter[int] = Counter()
    counting = threading.Lock()

    def send(path: str, body: bytes) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", installation.port, timeout=120)
        connection.connect()
        start.wait()
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        status = connection.getresponse().status
        connection.close()
        with counting:
            statuses[status] += 1

    threads = [threading.Thread(target=send, args=one) for one in votes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses
