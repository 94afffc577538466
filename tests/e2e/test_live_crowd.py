"""A room of real pages among simulated devices: every vote is counted, and none twice."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from parvis.live_sessions import codes
from parvis.live_sessions.models import LiveSession, Presence
from parvis.live_sessions.operations import running
from parvis.live_sessions.tests.factories import device, open_session
from tests.e2e.conftest import DESK, PHONE, Reception
from tests.e2e.live_room import Phone, act, address, in_the_box, put

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PAGES = 50
AT_ONCE = 8
# A busy server is asked again; one that never answers is a failure.
ATTEMPTS = 60
CHOICES = ["Le guichet", "Le téléphone", "Le courriel"]


class Devices:
    """Devices without a page, as many at once as there are threads."""

    def __init__(self, session: LiveSession, url: str) -> None:
        self.code = session.code
        self.host = urlsplit(url).netloc

    def post(self, connection: HTTPConnection, name: str, content: dict[str, Any]) -> None:
        """Tell until it is received."""
        for _attempt in range(ATTEMPTS):
            connection.request(
                "POST",
                f"/seance/{self.code}/{name}",
                json.dumps(content),
                {"Content-Type": "application/json"},
            )
            response = connection.getresponse()
            body = response.read()
            if response.status == 202:
                return
            assert response.status == 503, (response.status, body)
            time.sleep(0.2)
        raise AssertionError(f"{name}: the server stayed busy")

    def share(self, number: int, ranks: range) -> None:
        """Each enters and answers; one in five changes its mind, one in seven says it twice."""
        connection = HTTPConnection(self.host, timeout=120)
        for rank in ranks:
            secret = device()
            token = codes.token_of(secret, code=self.code, number=codes.ENTRANCE)
            self.post(connection, "entree", {"token": token})
            vote = {"round": number, "token": codes.token_of(secret, code=self.code, number=number)}
            if rank % 5 == 0:
                self.post(connection, "vote", {**vote, "answer": (rank + 1) % len(CHOICES)})
            for _time in range(1 + (rank % 7 == 0)):
                self.post(connection, "vote", {**vote, "answer": rank % len(CHOICES)})
        connection.close()


def shares(total: int) -> Iterator[range]:
    return (range(first, total, AT_ONCE) for first in range(AT_ONCE))


@pytest.mark.parametrize(
    "simulated", [200, pytest.param(5_000 - PAGES, marks=pytest.mark.long)], ids=["some", "full"]
)
def test_every_vote_of_a_full_room_is_counted_once(
    reception: Reception, live_server: Any, simulated: int
):
    total = simulated + PAGES
    session = open_session(expected=total)
    screen = reception.visit(DESK)
    screen.open(address(session, "screen"))
    phones = [Phone(reception.visit(PHONE), session) for _page in range(PAGES)]
    for phone in phones:
        phone.enter()
    number = put(session, "canal")
    devices = Devices(session, live_server.url)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        under_way = [pool.submit(devices.share, number, ranks) for ranks in shares(simulated)]
        for rank, phone in enumerate(phones):
            phone.tap(CHOICES[rank % len(CHOICES)])
        for share in under_way:
            share.result()
    for phone in phones:
        phone.received()
    given = [*range(simulated), *range(PAGES)]
    expected = Counter(rank % len(CHOICES) for rank in given)
    assert Counter(in_the_box(session, number)) == expected
    assert Presence.objects.count() == total
    expect(screen.page.locator("#present")).to_have_text(f"{total} appareils dans la salle")
    act(session, running.close_vote)
    act(session, running.count_vote)
    for phone in phones:
        phone.says("Aussi sur l’écran.")
        assert phone.visit.complaints() == []
    expect(screen.page.locator("main")).to_contain_text("Le guichet")
    assert screen.complaints() == []
