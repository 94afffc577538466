"""Half an hour of answers without a pause: no refusal, no locked database, no memory that grows.

Sixteen connections send single answers as fast as they are answered, one sends a batch a second,
one asks for a page a second. `PARVIS_BENCH_MINUTES` for another length.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import load
from bench.feedback_ingestion import BATCH, expect_stored, posts
from bench.server import on_servers, run_module, serving, web_processes

CONNECTIONS = 16
MINUTES = float(os.environ.get("PARVIS_BENCH_MINUTES", "30"))


def measure(label: str, database: str, workers: int) -> None:
    if workers > 1:
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        run_module("parvis.config.cli", home, database, "migrate", "--verbosity", 0)
        plans = json.loads(run_module("tests.durability.prepare_feedback", home, database, 17))
        with serving(home, database=database) as port:
            statuses, sent = asyncio.run(_soak(label, port, plans))
            errors = (home / "server.log").read_text().count('"level": "error"')
        print(
            f"{label:<23} {sent} answers, {dict(statuses)}, {errors} errors in the log", flush=True
        )
        expect_stored(home, database, sent)


async def _soak(label: str, port: int, plans: list[dict[str, Any]]) -> tuple[Counter[int], int]:
    statuses: Counter[int] = Counter()
    spent: list[float] = []
    end = time.monotonic() + MINUTES * 60
    watcher = asyncio.create_task(_watch(label, port, spent))
    sent = await asyncio.gather(
        *(
            _send(port, plan, end, statuses, spent, size=1, pause=0.0)
            for plan in plans[:CONNECTIONS]
        ),
        _send(port, plans[CONNECTIONS], end, statuses, [], size=BATCH, pause=1.0),
    )
    watcher.cancel()
    return statuses, sum(sent)


async def _send(
    port: int,
    plan: dict[str, Any],
    end: float,
    statuses: Counter[int],
    spent: list[float],
    *,
    size: int,
    pause: float,
) -> int:
    """Send until the end; how many answers were acknowledged."""
    sent = 0
    async with load.connected(port) as ask:
        for one in _endless(plan, size):
            started = time.perf_counter()
            status = await ask(one)
            spent.append((time.perf_counter() - started) * 1000)
            statuses[status] += 1
            sent += size * (status == 202)
            if time.monotonic() >= end:
                break
            await asyncio.sleep(pause)
    return sent


def _endless(plan: dict[str, Any], size: int) -> Iterator[bytes]:
    while True:
        yield from posts([plan], 1, size)


async def _watch(label: str, port: int, spent: list[float]) -> None:
    """Every minute: memory of the web process, rate and p99 of single posts, time of a page.

    Memory is told with what it is made of (`server_memory`).
    """
    (web,) = web_processes(port)
    minute = 0
    while True:
        spent.clear()
        pages = []
        for _second in range(60):
            started = time.perf_counter()
            await load.ask(port, load.request("GET", "/"))
            pages.append((time.perf_counter() - started) * 1000)
            await asyncio.sleep(1)
        minute += 1
        status = Path(f"/proc/{web}/status").read_text()
        memory = int(status.partition("VmRSS:")[2].split()[0]) // 1024
        threads = int(status.partition("Threads:")[2].split()[0])
        made_of = await asyncio.to_thread(_memory, port)
        print(
            f"{label:<23} minute {minute}: {memory} MB, {threads} threads,"
            f" {len(spent) / 60:.0f} posts/s,"
            f" p99 {statistics.quantiles(spent, n=100)[98]:.0f} ms, page p95"
            f" {statistics.quantiles(pages, n=20)[18]:.0f} ms; {made_of}",
            flush=True,
        )


def _memory(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/memoire", timeout=60) as reply:
        found = json.load(reply)
    counted = ("blocks", "objects")
    return ", ".join(
        f"{name} {value:,}" if name in counted else f"{name} {value / 1024:.1f} MB"
        for name, value in found.items()
    )


if __name__ == "__main__":
    on_servers(measure)
