"""Votes of a consultation while parts of the installation are killed, fifty at a time."""

from __future__ import annotations

import hashlib
import random
import time
from typing import Any

import pytest

from tests.durability.citizens import Citizens
from tests.durability.house import House

pytestmark = [pytest.mark.xdist_group("durability"), pytest.mark.database_server]

STATEMENTS = 15


def test_no_vote_is_lost_or_doubled(installation, capsys):
    storm(installation, at_once=10, people=3, kills=4, seed=5, capsys=capsys)


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_ten_thousand_votes_fifty_at_a_time_survive_forty_kills(installation, seed, capsys):
    storm(installation, at_once=50, people=10, kills=40, seed=seed, capsys=capsys)


def storm(
    installation: House, *, at_once: int, people: int, kills: int, seed: int, capsys: Any
) -> None:
    """People judge statements while parts are killed at random; then every vote is looked for."""
    plan = installation.module("prepare_consultation", STATEMENTS)
    installation.start()
    citizens = [
        Citizens(installation.port, plan, people=people, seed=seed * 100 + number)
        for number in range(at_once)
    ]
    chance = random.Random(seed)
    parts = [part for part in installation.parts if part != "worker"]
    expected = at_once * people * STATEMENTS
    for one in citizens:
        one.start()
    for number in range(1, kills + 1):
        mark = expected * number // (kills + 1)
        while sum(len(one.acknowledged) for one in citizens) < mark and any_alive(citizens):
            installation.supervise()
            time.sleep(0.005)
        part = parts[number % len(parts)] if number <= len(parts) else chance.choice(parts)
        installation.strike(part)
    while any_alive(citizens):
        installation.supervise()
        time.sleep(0.05)
    failures = [one.failure for one in citizens if one.failure]
    assert not failures, (failures, installation.log("web")[-2000:])
    installation.stop()

    found = installation.module("prepare_consultation", 0, "votes")
    votes = {(who, key): value for who, key, value in found["votes"]}
    assert len(votes) == len(found["votes"]) == expected
    assert found["participants"] == at_once * people
    for one in citizens:
        for (cookie, key), value in one.acknowledged.items():
            who = found["accesses"][hashlib.sha256(cookie.encode()).hexdigest()]
            assert votes.pop((who, key)) == value
    assert votes == {}
    resends = sum(one.resends for one in citizens)
    # A storm in which nothing was sent twice would prove nothing.
    assert resends > 0
    with capsys.disabled():
        print(  # noqa: T201  # the figures of the full run
            f"\nconsultation: {sum(one.sent for one in citizens)} votes acknowledged, {expected} "
            f"kept, {kills} kills, {resends} resent, 0 lost, 0 doubled"
        )


def any_alive(citizens: list[Citizens]) -> bool:
    return any(one.is_alive() for one in citizens)
