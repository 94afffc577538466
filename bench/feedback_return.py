"""A thousand kiosks that come back at once, each with what it kept during a cut of the network.

Like the kiosks' program, each sends batch after batch and, refused for now, comes back when told.
Meanwhile somebody asks for a page twice a second.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench import load
from bench.feedback_ingestion import expect_stored, posts
from bench.server import on_servers, run_module, serving

KIOSKS = 1_000
KEPT = 200


def measure(label: str, database: str, workers: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        run_module("parvis.config.cli", home, database, "migrate", "--verbosity", 0)
        plans = json.loads(run_module("tests.durability.prepare_feedback", home, database, KIOSKS))
        queues = posts(plans, KIOSKS, KEPT)
        with serving(home, database=database, workers=workers) as port:
            asyncio.run(_come_back(label, port, queues))
        expect_stored(home, database, KIOSKS * KEPT)


async def _come_back(label: str, port: int, queues: list[bytes]) -> None:
    statuses: Counter[int] = Counter()
    spent: list[float] = []
    pages: list[float] = []
    visitor = asyncio.create_task(_visit(port, pages))
    started = time.perf_counter()
    await asyncio.gather(*(_kiosk(port, batch, statuses, spent) for batch in queues))
    elapsed = time.perf_counter() - started
    visitor.cancel()
    print(
        f"{label:<23} {KIOSKS} kiosks, {KIOSKS * KEPT} answers: {elapsed:.1f} s, "
        f"{KIOSKS * KEPT / elapsed:.0f} /s, {dict(statuses)}, "
        f"longest answered {max(spent):.1f} s; "
        f"page meanwhile p50 {statistics.median(pages):.2f} s, worst {max(pages):.2f} s",
        flush=True,
    )


async def _kiosk(port: int, batch: bytes, statuses: Counter[int], spent: list[float]) -> None:
    while True:
        started = time.perf_counter()
        status = await load.ask(port, batch)
        statuses[status] += 1
        if status == 202:
            spent.append(time.perf_counter() - started)
            return
        await asyncio.sleep(random.uniform(5, 10))


async def _visit(port: int, pages: list[float]) -> None:
    while True:
        started = time.perf_counter()
        await load.ask(port, load.request("GET", "/"))
        pages.append(time.perf_counter() - started)
        await asyncio.sleep(0.5)


if __name__ == "__main__":
    on_servers(measure)
