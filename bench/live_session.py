"""A room that votes: five thousand phones on one card within ten seconds.

    python -m bench.live_session [--postgresql URL]

Every device keeps a connection open, enters the room, and asks again and again what the room is at,
as often as it is told to; once the card is there it votes at a moment of the ten seconds drawn at
random, and one in ten changes its mind. The facilitator then closes and counts through the console,
while a screen asks twice a second. Before the count, the box is opened: each device must have one
ballot there, the last it was acknowledged. `PARVIS_BENCH_PHONES` for another number of phones.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import secrets
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import urlencode

from bench import load
from bench.server import on_servers, run_module, serving
from parvis.live_sessions.codes import ENTRANCE, token_of

PHONES = int(os.environ.get("PARVIS_BENCH_PHONES", "5000"))
# Devices come in over this time, then vote within that.
ARRIVAL_SECONDS = 15.0
VOTE_SECONDS = 10.0
CARD = "canal"
OPTIONS = 3
CHANGES_EVERY = 10
PROMISED_ACKNOWLEDGED_MS = 1000
PROMISED_SHOWN_SECONDS = 2.0
_CSRF = "a" * 32
# Of an embedded installation, in its folder.
DATABASE = "parvis.db"

Ask = Callable[[bytes], Awaitable[int]]


@dataclass
class Facilitator:
    """Presses the buttons of the console, as a browser would."""

    port: int
    plan: dict[str, Any]

    async def press(self, action: str) -> None:
        version = json.loads(await self.read(f"/seance/{self.plan['code']}/ecran.json"))["version"]
        content = urlencode(
            {"action": action, "version": version, "csrfmiddlewaretoken": _CSRF}
        ).encode()
        status = await load.ask(
            self.port,
            load.request(
                "POST",
                f"/seances/{self.plan['pk']}/pupitre/agir/",
                content,
                Content_Type="application/x-www-form-urlencoded",
                Cookie=f"{self.plan['cookie_name']}={self.plan['cookie']}; csrftoken={_CSRF}",
            ),
        )
        if status != 302:
            raise SystemExit(f"{action}: status {status}")

    async def read(self, path: str) -> bytes:
        bodies: dict[bytes, bytes] = {}
        wanted = load.request("GET", path)
        async with load.connected(self.port, bodies) as ask:
            if await ask(wanted) != 200:
                raise SystemExit(f"{path} is not there")
        return bodies[wanted]


@dataclass
class Room:
    """The phones of a session, and what became of their requests."""

    port: int
    code: str
    # token → the last answer that was acknowledged
    acknowledged: dict[str, int] = field(default_factory=dict)
    vote_ms: list[float] = field(default_factory=list)
    poll_ms: list[float] = field(default_factory=list)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    entered: int = 0
    is_over: bool = False

    def post(self, page: str, content: dict[str, Any]) -> bytes:
        return load.request(
            "POST",
            f"/seance/{self.code}/{page}",
            json.dumps(content).encode(),
            Content_Type="application/json",
        )

    async def phone(self, rank: int) -> None:
        """One device from its arrival to the end."""
        chance = random.Random(rank)
        secret = secrets.token_hex(16)
        bodies: dict[bytes, bytes] = {}
        await asyncio.sleep(chance.uniform(0, ARRIVAL_SECONDS))
        async with load.connected(self.port, bodies) as ask:
            token = token_of(secret, code=self.code, number=ENTRANCE)
            while await self.timed("enter", ask, self.post("entree", {"token": token})) != 202:
                await asyncio.sleep(chance.uniform(0.5, 2))
            self.entered += 1
            wanted = load.request("GET", f"/seance/{self.code}/etat.json")
            voted = 0
            while not self.is_over:
                if await self.timed("poll", ask, wanted) != 200:
                    await asyncio.sleep(chance.uniform(0.5, 2))
                    continue
                state = json.loads(bodies[wanted])
                if state["state"] == "open" and voted != state["round"]:
                    voted = state["round"]
                    await asyncio.sleep(chance.uniform(0, VOTE_SECONDS))
                    await self.vote(ask, secret, voted, chance)
                    if rank % CHANGES_EVERY == 0:
                        await asyncio.sleep(chance.uniform(0, 1))
                        await self.vote(ask, secret, voted, chance)
                await asyncio.sleep(state["again_ms"] / 1000 * chance.uniform(0.8, 1.2))

    async def vote(self, ask: Ask, secret: str, number: int, chance: random.Random) -> None:
        token = token_of(secret, code=self.code, number=number)
        answer = chance.randrange(OPTIONS)
        sent = self.post("vote", {"round": number, "token": token, "answer": answer})
        begun = time.perf_counter()
        while True:
            status = await self.timed("vote", ask, sent)
            if status == 202:
                break
            if status != 503:
                raise SystemExit(f"vote: status {status}")
            await asyncio.sleep(chance.uniform(0.2, 1))
        # From the first try: what the person waited.
        self.vote_ms.append((time.perf_counter() - begun) * 1000)
        self.acknowledged[token] = answer

    async def timed(self, what: str, ask: Ask, one: bytes) -> int:
        begun = time.perf_counter()
        status = await ask(one)
        if what == "poll":
            self.poll_ms.append((time.perf_counter() - begun) * 1000)
        self.statuses[what, status] += 1
        return status


async def held(port: int, plan: dict[str, Any], check: Callable[[], None]) -> Room:
    """A whole card; `check` is called between the last vote and the count."""
    room = Room(port, plan["code"])
    leads = Facilitator(port, plan)
    phones = [asyncio.create_task(room.phone(rank)) for rank in range(PHONES)]
    while room.entered < PHONES:
        await asyncio.sleep(0.2)
    polls, begun = len(room.poll_ms), time.perf_counter()
    room.vote_ms.clear()
    await leads.press(f"poser:{CARD}")
    while len(room.vote_ms) < PHONES + PHONES // CHANGES_EVERY:
        await asyncio.sleep(0.1)
    seconds = time.perf_counter() - begun
    print(
        f"    {len(room.vote_ms)} votes acknowledged in {seconds:.1f} s: "
        f"{_spread(room.vote_ms)}   (promised p99: {PROMISED_ACKNOWLEDGED_MS} ms)"
    )
    asked = room.poll_ms[polls:]
    print(f"    {len(asked) / seconds:.0f} states asked a second meanwhile: {_spread(asked)}")
    await leads.press("clore")
    await asyncio.to_thread(check)
    await _time_the_count(room, leads)
    room.is_over = True
    await asyncio.gather(*phones)
    print(f"    {dict(sorted(room.statuses.items()))}")
    return room


async def _time_the_count(room: Room, leads: Facilitator) -> None:
    """From the button that counts to the page of the screen that shows it."""
    path = f"/seance/{room.code}/ecran"
    before = json.loads(await leads.read(f"{path}.json"))["version"]
    begun = time.perf_counter()
    await leads.press("compter")
    counted = time.perf_counter() - begun
    while json.loads(await leads.read(f"{path}.json"))["version"] == before:
        await asyncio.sleep(0.5)
    if b"live-bars" not in await leads.read(f"{path}/"):
        raise SystemExit("the screen shows nothing")
    shown = time.perf_counter() - begun
    print(
        f"    counted in {counted:.2f} s, on the screen after {shown:.2f} s   "
        f"(promised: {PROMISED_SHOWN_SECONDS:.0f} s)"
    )


def _spread(milliseconds: list[float]) -> str:
    cuts = quantiles(milliseconds, n=100)
    return f"p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, p99 {cuts[98]:.0f} ms"


def _copy(home: Path) -> Path:
    """A copy of an embedded installation that serves: it lets nobody else in."""
    apart = home.with_name("copy")
    apart.mkdir()
    apart.with_name("copy-keys").symlink_to(home.with_name(f"{home.name}-keys"))
    with (
        sqlite3.connect(home / DATABASE) as source,
        sqlite3.connect(apart / DATABASE) as copied,
    ):
        source.backup(copied)
    return apart


def measure(label: str, database: str, workers: int) -> None:
    """One server; raise `SystemExit` when a vote is lost, doubled or changed."""
    print(f"{label}, {PHONES} phones", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        run_module("parvis.config.cli", home, database, "migrate", "--verbosity", 0)
        plan = json.loads(run_module("bench.live_installation", home, database, "open"))
        found: dict[str, Any] = {}

        def check() -> None:
            apart = home if database else _copy(home)
            counted = run_module("bench.live_installation", apart, database, "count")
            found.update(json.loads(counted))

        with serving(home, database=database, workers=workers) as port:
            room = asyncio.run(held(port, plan, check))
        counted = json.loads(run_module("bench.live_installation", home, database, "count"))
    if found["answers"] != room.acknowledged:
        raise SystemExit(
            f"{len(room.acknowledged)} votes acknowledged, {len(found['answers'])} in the box"
        )
    expected = Counter(room.acknowledged.values())
    shown = counted["tables"][CARD]["counts"][0]
    if shown != [expected[option] for option in range(OPTIONS)]:
        raise SystemExit(f"counted {shown}, voted {expected}")
    print(f"    {len(room.acknowledged)} devices, one ballot each, as counted: {shown}", flush=True)


if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    on_servers(measure)
