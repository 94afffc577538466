"""A vote over HTTP: tokens signed blind, then ballots, each durable before it is acknowledged.

    python -m bench.poll_votes [--postgresql URL]

Every agent does what a device does: ask which key signs, have a blinded message signed, cast the
ballot, here from 64 connections at once; a part of the ballots is then sent again with other
answers. The server, the load and the database share two cores; devices blind before the clock
starts. Beside the rate, what a request costs the web processes in processor time (PostgreSQL's own
left out): others on the machine change it less. After the server has stopped, the box is opened:
each ballot must be there once, as it was last acknowledged. `PARVIS_BENCH_AGENTS` for another
number of agents.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import load
from bench.poll_installation import SERIAL
from bench.server import on_servers, processor_seconds, run_module, serving
from parvis.foundation.tests.blind_client import BlindClient

AGENTS = int(os.environ.get("PARVIS_BENCH_AGENTS", "4000"))
CONNECTIONS = 64
# One ballot of so many is sent again.
AGAIN = 8
PROMISED_TOKENS = 300


def post(code: str, page: str, content: dict[str, Any]) -> bytes:
    return load.request(
        "POST",
        f"/sondage/{code}/{page}",
        json.dumps(content).encode(),
        Content_Type="application/json",
    )


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def answers(serial: str) -> dict[str, Any]:
    return {
        "fierte": 1,
        "accueil": 2,
        "attente": 7,
        "canal": 0,
        "outils": [0, 2],
        "ordre": [2, 0, 1],
        "devinette": 8,
        SERIAL: serial,
    }


def measure(label: str, database: str, workers: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        run_module("parvis.config.cli", home, database, "migrate", "--verbosity", 0)
        plan = json.loads(run_module("bench.poll_installation", home, database, "open", AGENTS))
        with serving(home, database=database, workers=workers) as port:
            expected = Vote(label, port, plan).held()
        found = json.loads(run_module("bench.poll_installation", home, database, "count"))
        if found["collected"] != len(plan["agents"]) or sorted(found["serials"]) != expected:
            raise SystemExit(
                f"{len(expected)} ballots acknowledged, {len(found['serials'])} found; "
                f"{found['collected']} tokens of {len(plan['agents'])}"
            )
        print(f"{label:<23} {len(expected)} ballots acknowledged, each found once")


class Vote:
    """The devices of all the agents, against a server."""

    def __init__(self, label: str, port: int, plan: dict[str, Any]) -> None:
        self.label = label
        self.port = port
        self.code = plan["code"]
        self.agents = plan["agents"]
        self.devices = {
            int(number): BlindClient(base64.b64decode(key)) for number, key in plan["keys"].items()
        }

    def held(self) -> list[str]:
        """The serial numbers that the box must hold after everybody voted."""
        self._send("empty page", [load.request("GET", "/rien")] * len(self.agents), 204)
        asked = [
            post(self.code, "jeton", {"invitation": invitation})
            for invitation, _group in self.agents
        ]
        self._send("key of the group", asked, 200)
        ballots = self._collect()
        sent = [self._ballot(ballot, f"{rank}") for rank, ballot in enumerate(ballots)]
        self._send("ballots cast", sent, 202)
        again = [self._ballot(ballot, f"{rank}b") for rank, ballot in enumerate(ballots[::AGAIN])]
        self._send("ballots sent again", again, 202)
        return sorted(
            f"{rank // AGAIN}b" if rank % AGAIN == 0 else f"{rank}" for rank in range(len(ballots))
        )

    def _collect(self) -> list[dict[str, Any]]:
        """A token for every agent, ready to go with answers."""
        kept = [
            self.devices[group].prepare(secrets.token_bytes(32))
            for _invitation, group in self.agents
        ]
        requests = [
            post(self.code, "jeton", {"invitation": invitation, "blinded": encoded(one.blinded)})
            for (invitation, _group), one in zip(self.agents, kept, strict=True)
        ]
        bodies: dict[bytes, bytes] = {}
        self._send("tokens issued", requests, 200, f"promised: {PROMISED_TOKENS}/s", bodies)
        ballots = []
        for request, (_invitation, group), one in zip(requests, self.agents, kept, strict=True):
            signature = decoded(json.loads(bodies[request])["signature"])
            ballots.append(
                {
                    "group": group,
                    "message": encoded(one.message),
                    "signature": encoded(self.devices[group].finalize(one, signature)),
                }
            )
        return ballots

    def _ballot(self, ballot: dict[str, Any], serial: str) -> bytes:
        return post(self.code, "bulletin", {**ballot, "answers": answers(serial)})

    def _send(
        self,
        name: str,
        requests: Sequence[bytes],
        status: int,
        note: str = "",
        bodies: dict[bytes, bytes] | None = None,
    ) -> None:
        used = processor_seconds(self.port)
        done = load.run(self.port, requests, connections=CONNECTIONS, bodies=bodies)
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
