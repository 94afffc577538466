"""Simulated polls, and all that a thief could have taken of each: what linking attacks work on."""

from __future__ import annotations

import base64
import json
import logging
import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.test import Client
from django.urls import reverse

from parvis.foundation.tests.blind_client import BlindClient
from parvis.staff_polls import keys
from parvis.staff_polls.models import Ballot, EligibleAgent, StaffPoll
from parvis.staff_polls.operations.releasing import close, stir
from parvis.staff_polls.tests.voting import agents_of, open_poll

AGENTS = 12
LEVELS = 4
# Enough of a ballot to recognise it in a file: random, and on one page.
TAIL = 64


@dataclass
class Copy:
    """A dump or a backup of one instant.

    Rows are in the order of a plain `SELECT`; `place` is where a row lies in the file (SQLite), or
    which act wrote it, then where it lies (PostgreSQL).
    """

    roll: list[dict[str, Any]]
    box: list[dict[str, Any]]
    # The file of an embedded database, byte for byte.
    image: bytes

    def collected(self) -> list[dict[str, Any]]:
        return [row for row in self.roll if row["blinded_hash"]]


@dataclass
class Loot:
    """What the attacker has of one poll, and the truth to be compared with, kept apart."""

    # One copy after each hourly round, in the order of time.
    copies: list[Copy] = field(default_factory=list)
    # Everything that was logged, as it would be written down.
    logs: list[str] = field(default_factory=list)
    # Agent → token, agent → answer, agent → invitation; never given to an attacker.
    token_of: dict[str, str] = field(default_factory=dict)
    answer_of: dict[str, int] = field(default_factory=dict)
    invitation_of: dict[str, str] = field(default_factory=dict)

    def secrets(self) -> list[str]:
        """What no log may hold: agents, invitations, tokens, requests for a token."""
        requests = [row["blinded_hash"] for row in self.copies[0].collected()]
        return [*self.token_of, *self.token_of.values(), *self.invitation_of.values(), *requests]


# --- Copies --------------------------------------------------------------------------------------


def copy() -> Copy:
    image: bytes = b""
    if connection.vendor == "sqlite":
        image = connection.connection.serialize()
    roll, box = rows(EligibleAgent), rows(Ballot)
    if image:
        for row in roll:
            row["place"] = image.find(row["blinded_hash"].encode())
        for row in box:
            row["place"] = image.find(row["sealed"][-TAIL:])
    return Copy(roll, box, image)


def rows(model: type[Any]) -> list[dict[str, Any]]:
    """Every column of every row, in the order in which the database gives them by itself."""
    more = "" if connection.vendor == "sqlite" else ", xmin::text::bigint, cmin::text::bigint"
    order = "" if connection.vendor == "sqlite" else " ORDER BY ctid"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT *{more} FROM {model._meta.db_table}{order}")
        names = [column[0] for column in cursor.description or ()]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for rank, row in enumerate(found):
        if more:
            row["place"] = (row["xmin"], row["cmin"], rank)
        if "sealed" in row:
            row["sealed"] = bytes(row["sealed"])
    return found


@contextmanager
def overheard(level: int) -> Iterator[list[str]]:
    """Everything that any part of the program logs meanwhile, extra fields included."""
    lines: list[str] = []
    heard = logging.Handler(level)
    heard.emit = lambda record: lines.append(str(record.__dict__))  # type: ignore[method-assign]
    root = logging.getLogger()
    before = root.level
    root.addHandler(heard)
    root.setLevel(level)
    try:
        yield lines
    finally:
        root.setLevel(before)
        root.removeHandler(heard)


# --- Polls ---------------------------------------------------------------------------------------


class Device:
    """An agent's, which speaks to the server as the player does."""

    def __init__(self, poll: StaffPoll, email: str, invitation: str) -> None:
        self.poll = poll
        self.email = email
        self.invitation = invitation
        self.held: dict[str, Any] = {}

    def collect(self) -> None:
        asked = {"invitation": self.invitation}
        client = BlindClient(_raw(self._post("take_token", asked)["public_key"]))
        kept = client.prepare(secrets.token_bytes(32))
        given = self._post("take_token", {**asked, "blinded": _url_safe(kept.blinded)})
        self.held = {
            "group": given["group"],
            "message": _url_safe(kept.message),
            "signature": _url_safe(client.finalize(kept, _raw(given["signature"]))),
        }

    def cast(self, answers: dict[str, Any]) -> None:
        self._post("cast", {**self.held, "answers": answers})

    def _post(self, name: str, content: dict[str, Any]) -> dict[str, Any]:
        path = reverse(f"staff_polls:{name}", args=[self.poll.code])
        answer = Client().post(path, json.dumps(content), content_type="application/json")
        assert answer.status_code in (200, 202), answer.content
        read: dict[str, Any] = answer.json()
        return read


def devices_of(poll: StaffPoll) -> list[Device]:
    return [Device(poll, str(agent.email), keys.invitation(agent)) for agent in agents_of(poll)]


def _url_safe(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def simulate(rng: random.Random, loot: Loot, *, every: int, level: int = logging.INFO) -> StaffPoll:
    """A poll in which agents collect and answer in any order, over HTTP.

    After so many acts, and at the end, comes the hourly round, then a copy.
    """
    poll = open_poll(AGENTS)
    waiting = devices_of(poll)
    rng.shuffle(waiting)
    holding: list[Device] = []
    acts = 0
    with overheard(level) as lines:
        while waiting or holding:
            if waiting and (not holding or rng.random() < 0.5):
                device = waiting.pop()
                device.collect()
                loot.invitation_of[device.email] = device.invitation
                holding.append(device)
            else:
                vote(rng, loot, holding.pop(rng.randrange(len(holding))))
            acts += 1
            if acts % every == 0:
                stir(poll=poll)
                loot.copies.append(copy())
    loot.logs += lines
    return poll


def vote(rng: random.Random, loot: Loot, device: Device) -> None:
    level = rng.randrange(LEVELS)
    before = {row["token"] for row in rows(Ballot)}
    device.cast({"accueil": level})
    (token,) = {row["token"] for row in rows(Ballot)} - before
    loot.token_of[device.email] = token
    loot.answer_of[device.email] = level


def finish(poll: StaffPoll, loot: Loot) -> Copy:
    """Close the poll; what a thief then takes with the machine."""
    with overheard(logging.INFO) as lines:
        close(poll=poll, by=None)
    loot.logs += lines
    return copy()
