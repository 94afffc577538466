"""Votes of a consultation over HTTP, each durable before it is acknowledged.

    python -m bench.consultation_votes [--postgresql URL]

Participants whose browsers have their cookie vote on a phase of opinions from 64 connections at
once: by the script of the page, alone and with the next statement asked for, then by the form of a
page without scripts, beside a page that does nothing. A part of the votes is sent again with
another value. The server, the load and the database share two cores. After the server has stopped,
every vote must be there once, as it was last acknowledged. `PARVIS_BENCH_VOTES` for another number.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import load
from bench.server import on_servers, processor_seconds, run_module, serving

VOTES = int(os.environ.get("PARVIS_BENCH_VOTES", "8000"))
STATEMENTS = 100
PEOPLE = max(64, VOTES // 20)
CONNECTIONS = 64
# One vote of so many is sent again, changed.
AGAIN = 8
PROMISED = 1_000
CSRF = "b" * 32


def measure(label: str, database: str, workers: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        run_module("parvis.config.cli", home, database, "migrate", "--verbosity", 0)
        opened = run_module(
            "bench.consultation_installation", home, database, "open", PEOPLE, STATEMENTS
        )
        with serving(home, database=database, workers=workers) as port:
            held = Voting(label, port, json.loads(opened)).held()
        found = json.loads(run_module("bench.consultation_installation", home, database, "votes"))
        stored = {(who, key): value for who, key, value in found}
        if len(stored) != len(found) or stored != held:
            lost = sum(stored.get(one) != value for one, value in held.items())
            raise SystemExit(f"{len(held)} votes acknowledged, {len(found)} found, {lost} wrong")
        print(f"{label:<23} {len(held)} votes acknowledged, each found once", flush=True)


class Voting:
    """The browsers of all participants, against a server."""

    def __init__(self, label: str, port: int, plan: dict[str, Any]) -> None:
        self.label, self.port, self.plan = label, port, plan
        self.acknowledged: dict[tuple[str, int], int] = {}

    def held(self) -> dict[tuple[str, int], int]:
        """What the votes must be: {(identity, statement): value}."""
        self._send("empty page", [load.request("GET", "/rien")] * VOTES, 204)
        people, keys = self.plan["secrets"], self.plan["keys"]
        cells = [
            (people[rank % len(people)], keys[(rank // len(people) * 7 + rank) % len(keys)])
            for rank in range(VOTES)
        ]
        note = f"promised: {PROMISED}/s"
        self._vote("votes by script", [(one, rank % 3 - 1) for rank, one in enumerate(cells)], note)
        self._vote("sent again, changed", [(one, 1) for one in cells[::AGAIN]])
        self._vote("and the next one", [(one, 0) for one in cells[: VOTES // 4]], asks_next=True)
        self._form("votes by form", [(one, 1) for one in cells[: VOTES // 4]])
        return self.acknowledged

    def _vote(
        self,
        name: str,
        votes: Sequence[tuple[tuple[str, int], int]],
        note: str = "",
        *,
        asks_next: bool = False,
    ) -> None:
        requests = [
            load.request(
                "POST",
                f"/participer/{self.plan['code']}/voter",
                json.dumps(
                    {"phase": self.plan["phase"], "opinions": [[key, value]], "next": asks_next}
                ).encode(),
                Content_Type="application/json",
                Cookie=self._cookie(secret),
            )
            for (secret, key), value in votes
        ]
        self._send(name, requests, 202, note)
        self._acknowledge(votes)

    def _form(self, name: str, votes: Sequence[tuple[tuple[str, int], int]]) -> None:
        requests = [
            load.request(
                "POST",
                f"/participer/{self.plan['code']}/{self.plan['phase']}/avis/",
                f"csrfmiddlewaretoken={CSRF}&sujet={key}&avis=accord".encode(),
                Content_Type="application/x-www-form-urlencoded",
                Cookie=f"{self._cookie(secret)}; csrftoken={CSRF}",
            )
            for (secret, key), _value in votes
        ]
        self._send(name, requests, 303)
        self._acknowledge(votes)

    def _cookie(self, secret: str) -> str:
        return f"parvis-{self.plan['code']}={secret}"

    def _acknowledge(self, votes: Sequence[tuple[tuple[str, int], int]]) -> None:
        for (secret, key), value in votes:
            self.acknowledged[hashlib.sha256(secret.encode()).hexdigest(), key] = value

    def _send(self, name: str, requests: Sequence[bytes], status: int, note: str = "") -> None:
        used = processor_seconds(self.port)
        done = load.run(self.port, requests, connections=CONNECTIONS)
        used = (processor_seconds(self.port) - used) / len(requests) * 1000
        if set(done.statuses) != {status}:
            raise SystemExit(f"{name}: statuses {done.statuses}")
        print(
            f"{self.label:<23} {name:<20} {done.rate:8.0f} /s   "
            f"p50 {done.percentile(50):6.1f} ms   p99 {done.percentile(99):6.1f} ms   "
            f"{used:5.2f} ms of the server's processor   {note}",
            flush=True,
        )


if __name__ == "__main__":
    on_servers(measure)
