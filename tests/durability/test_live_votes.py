"""Votes of a room while parts of the installation are killed; fifty at once; a full house."""

from __future__ import annotations

import contextlib
import http.client
import random
import resource
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from parvis.foundation.serving import MOST_CONNECTIONS
from parvis.live_sessions.codes import new_secret, token_of
from tests.durability.house import House
from tests.durability.voters import Voters, send

pytestmark = pytest.mark.database_server

AT_ONCE = 50
# More than the server let in before it was told otherwise.
AT_REST = 1_100


def test_no_vote_is_lost_or_doubled(installation, capsys):
    storm(installation, phones=4, devices=150, kills=4, seed=5, capsys=capsys)


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_ten_thousand_votes_survive_forty_kills(installation, seed, capsys):
    storm(installation, phones=8, devices=1_250, kills=40, seed=seed, capsys=capsys)


def storm(
    installation: House, *, phones: int, devices: int, kills: int, seed: int, capsys: Any
) -> None:
    """Devices vote while parts are killed at random; then the box is opened."""
    plan = installation.module("prepare_live")
    installation.start()
    voters = [
        Voters(installation.port, plan, devices=devices, seed=seed * 100 + number)
        for number in range(phones)
    ]
    chance = random.Random(seed)
    parts = [part for part in installation.parts if part != "worker"]
    for one in voters:
        one.start()
    for number in range(1, kills + 1):
        mark = phones * devices * number // (kills + 1)
        while sum(len(one.acknowledged) for one in voters) < mark and any_alive(voters):
            installation.supervise()
            time.sleep(0.005)
        part = parts[number % len(parts)] if number <= len(parts) else chance.choice(parts)
        installation.strike(part)
    while any_alive(voters):
        installation.supervise()
        time.sleep(0.05)
    failures = [one.failure for one in voters if one.failure]
    assert not failures, (failures, installation.log("web")[-2000:])
    installation.stop()
    acknowledged = {token: answer for one in voters for token, answer in one.acknowledged.items()}
    assert len(acknowledged) == phones * devices
    assert installation.module("census_live") == acknowledged
    resends = sum(one.resends for one in voters)
    # A storm in which nothing was sent twice would prove nothing.
    assert resends > 0
    with capsys.disabled():
        print(  # noqa: T201  # the figures of the full run
            f"\nlive votes: {len(acknowledged)} devices, {kills} kills, {resends} resent, "
            "0 lost, 0 doubled"
        )


def any_alive(voters: list[Voters]) -> bool:
    return any(one.is_alive() for one in voters)


def test_fifty_votes_for_one_option_at_once_are_all_counted(installation):
    """A peer wrote back a count it had read, plus one, and lost what came between."""
    plan = installation.module("prepare_live")
    installation.start()
    rounds = 4
    statuses: Counter[int] = Counter()
    counting = threading.Lock()
    for _round in range(rounds):
        gate = threading.Barrier(AT_ONCE)

        def one_device(gate: threading.Barrier = gate) -> None:
            token = token_of(new_secret(), code=plan["code"], number=plan["round"])
            gate.wait()
            vote = {"round": plan["round"], "token": token, "answer": 1}
            status = send(installation.port, plan["code"], vote)
            with counting:
                statuses[status] += 1

        threads = [threading.Thread(target=one_device) for _rank in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    installation.stop()
    assert statuses == {202: rounds * AT_ONCE}
    assert Counter(installation.module("census_live").values()) == {1: rounds * AT_ONCE}


@pytest.fixture
def many_files() -> Iterator[None]:
    """Leave to open as many connections as the test needs, whatever the shell allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_files")
def test_a_full_house_of_phones_at_rest_lets_one_more_in(installation):
    """Each phone keeps a connection; those at rest must not use up the server's."""
    assert MOST_CONNECTIONS > 2 * AT_REST
    plan = installation.module("prepare_live")
    installation.start()
    address = ("127.0.0.1", installation.port)
    question = f"GET /seance/{plan['code']}/etat.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    at_rest = [socket.create_connection(address, timeout=30) for _phone in range(AT_REST)]
    try:
        for phone in at_rest:
            phone.sendall(question)
        for phone in at_rest:
            assert phone.recv(12) == b"HTTP/1.1 200"
        with contextlib.closing(http.client.HTTPConnection(*address, timeout=30)) as last:
            last.request("GET", "/sante")
            assert last.getresponse().status == 200
    finally:
        for phone in at_rest:
            phone.close()
