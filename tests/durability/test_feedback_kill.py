"""`kill -9` of web and database while kiosks send: every acknowledged answer is there once."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import uuid
from collections import Counter
from typing import Any

import pytest

from parvis.feedback.tests.sending import hash_of
from tests.durability.house import House
from tests.durability.kiosks import Kiosk

pytestmark = pytest.mark.database_server


def test_no_answer_of_a_kiosk_is_lost_or_doubled(installation, capsys):
    storm(installation, kiosks=4, answers=1_500, kills=4, seed=3, capsys=capsys)


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_a_hundred_thousand_answers_survive_forty_kills(installation, seed, capsys):
    storm(installation, kiosks=8, answers=12_500, kills=40, seed=seed, capsys=capsys)


def test_fifty_identical_posts_at_once_make_one_row(installation):
    identical_posts(installation, rounds=20)


@pytest.mark.long
def test_a_thousand_times_fifty_identical_posts_make_a_thousand_rows(installation):
    identical_posts(installation, rounds=1_000)


def storm(
    installation: House, *, kiosks: int, answers: int, kills: int, seed: int, capsys: Any
) -> None:
    """Kiosks send while parts are killed at random; then everything is counted."""
    plan = installation.module("prepare_feedback", kiosks)
    installation.start()
    senders = [
        Kiosk(installation.port, one, answers=answers, seed=seed * 100 + number)
        for number, one in enumerate(plan)
    ]
    chance = random.Random(seed)
    parts = [part for part in installation.parts if part != "worker"]
    started = time.monotonic()
    for sender in senders:
        sender.start()
    killed: Counter[str] = Counter()
    total = kiosks * answers
    for number in range(1, kills + 1):
        mark = total * number // (kills + 1)
        while sum(len(s.acknowledged) for s in senders) < mark and any_alive(senders):
            installation.supervise()
            time.sleep(0.005)
        part = parts[number % len(parts)] if number <= len(parts) else chance.choice(parts)
        installation.strike(part)
        killed[part] += 1
    while any_alive(senders):
        installation.supervise()
        time.sleep(0.1)
    seconds = time.monotonic() - started
    failures = [sender.failure for sender in senders if sender.failure]
    assert not failures, (failures, installation.log("web")[-2000:])
    installation.stop()
    found = installation.module("census_feedback")
    acknowledged = {k: v for sender in senders for k, v in sender.acknowledged.items()}
    assert len(acknowledged) == total
    doubled = [number for number, times in Counter(found["answers"]).items() if times > 1]
    lost = acknowledged.keys() - set(found["answers"])
    assert not lost
    assert not doubled
    assert found["receipts"] == acknowledged
    assert sorted(found["comments"]) == sorted(set().union(*(s.comments for s in senders)))
    assert found["kept_apart"] == 0
    assert found["counted"] == total
    assert found["differences"] == []
    assert found["missing"] == [[answers, []]] * kiosks
    resends = sum(sender.resends for sender in senders)
    # A storm in which nothing was sent twice would prove nothing.
    assert resends > 0
    with capsys.disabled():
        print(  # noqa: T201  # the figures of the full run
            f"\nfeedback: {total} answers, {sum(killed.values())} kills {dict(killed)}, {resends} "
            f"resent, 0 lost, 0 doubled, {seconds:.0f} s"
        )


def any_alive(senders: list[Kiosk]) -> bool:
    return any(sender.is_alive() for sender in senders)


def identical_posts(installation: House, *, rounds: int) -> None:
    """Fifty connections post the same answer at the same instant, again and again."""
    (plan,) = installation.module("prepare_feedback", 1)
    installation.start()
    kiosk = Kiosk(installation.port, plan, answers=rounds, seed=1)
    statuses: Counter[tuple[int, str]] = Counter()
    counting = threading.Lock()
    hashes = {}
    for _round in range(rounds):
        answer = kiosk.write_down()
        hashes[answer["id"]] = hash_of(answer)
        together = threading.Barrier(50)

        def post(answer: dict[str, Any] = answer, together: threading.Barrier = together) -> None:
            together.wait()
            for _attempt in range(20):
                try:
                    status, receipts = kiosk.send([answer])
                except (OSError, http.client.HTTPException, json.JSONDecodeError):
                    continue
                if status != 503:
                    break
            with counting:
                statuses[(status, receipts[0].get("hash", ""))] += 1

        posts = [threading.Thread(target=post) for _ in range(50)]
        for thread in posts:
            thread.start()
        for thread in posts:
            thread.join()
    installation.stop()
    found = installation.module("census_feedback")
    assert Counter({(202, content): 50 for content in hashes.values()}) == statuses
    assert sorted(found["answers"]) == sorted(hashes)
    assert found["receipts"] == hashes
    assert found["counted"] == rounds
    assert uuid.UUID(found["answers"][0])
