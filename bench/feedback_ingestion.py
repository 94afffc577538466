"""Answers a second: kiosks' batches and single posts, durable and counted, against an empty page.

The server, the load and the database share two cores. Every figure is given with its ratio to the
page that does nothing, asked by the same connections in the same run. The server runs with its
default settings, and is left alone until the work it does at its start is over.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from bench import load
from bench.server import on_servers, run_module, serving

BATCH = 500
KIOSKS = 64
WARMING = 500
POSTS = 4_000
BATCHES = 200


def answers(plan: dict[str, Any], number: int, sequence: int, chance: random.Random) -> Any:
    """So many answers of a kiosk, a minute and more apart, reasons after one smiley in three."""
    written = []
    run = plan.setdefault("run", str(uuid.uuid4()))
    for rank in range(number):
        is_smiley = rank % 3 != 2
        moment = plan["mono"] = plan.setdefault("mono", 0) + 70_000
        written.append(
            {
                "id": str(uuid.uuid4()),
                "visit": str(uuid.uuid4()),
                "seq": sequence + rank,
                "touchpoint": plan["touchpoint"],
                "version": plan["version"],
                "question": "satisfaction" if is_smiley else "reasons",
                "value": chance.randrange(4) if is_smiley else chance.randrange(1, 64),
                "level": -1 if is_smiley else chance.randrange(4),
                "text": "",
                "language": "fr",
                "time_ms": int(time.time() * 1000),
                "mono_ms": moment,
                "run": run,
                "epoch_ms": None,
            }
        )
    return written


def posts(plans: list[dict[str, Any]], number: int, size: int) -> list[bytes]:
    """So many batches of `size` answers, from each kiosk in turn, as they go on the wire."""
    chance = random.Random(1)
    sequences = [plan.setdefault("sequence", 1) for plan in plans]
    made = []
    for rank in range(number):
        plan = plans[rank % len(plans)]
        written = answers(plan, size, sequences[rank % len(plans)], chance)
        sequences[rank % len(plans)] += size
        body = {
            "sent": {
                "time_ms": int(time.time() * 1000),
                "mono_ms": 40 * 86_400_000,
                "run": plan["run"],
            },
            "health": {"app": "bench", "queue": 0},
            "answers": written,
        }
        made.append(
            load.request(
                "POST",
                "/api/feedback/batches",
                json.dumps(body).encode(),
                Content_Type="application/json",
                Authorization=f"Bearer {plan['secret']}",
            )
        )
    for plan, sequence in zip(plans, sequences, strict=True):
        plan["sequence"] = sequence
    return made


def measure(label: str, database: str, workers: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        run_module("parvis.config.cli", home, database, "migrate", "--verbosity", 0)
        plans = json.loads(run_module("tests.durability.prepare_feedback", home, database, KIOSKS))
        with serving(home, database=database, workers=workers) as port:
            nothing = [load.request("GET", "/rien")] * (POSTS)
            load.run(port, nothing[:500], connections=64)
            empty = load.run(port, nothing, connections=64)
            print(
                f"{label:<23} empty page                {empty.rate:8.0f} /s   "
                f"p99 {empty.percentile(99):6.1f} ms"
            )
            # Each kiosk is recognised at its first post, and the first of all opens the month.
            _expect(load.run(port, posts(plans, WARMING, 1), connections=64))
            single = load.run(port, posts(plans, POSTS, 1), connections=64)
            _expect(single)
            print(
                f"{label:<23} single posts              {single.rate:8.0f} /s   "
                f"p99 {single.percentile(99):6.1f} ms   {single.rate / empty.rate:6.1%} of empty"
            )
            batches = load.run(port, posts(plans, BATCHES, BATCH), connections=4)
            _expect(batches)
            rate = batches.rate * BATCH
            print(
                f"{label:<23} batches of {BATCH}            {rate:8.0f} answers/s   "
                f"p99 {batches.percentile(99):6.1f} ms   {rate / empty.rate:6.1f} × empty"
            )
        expect_stored(home, database, WARMING + POSTS + BATCHES * BATCH)


def expect_stored(home: Path, database: str, sent: int) -> None:
    """Stop unless so many answers are there, with a receipt each, and counted."""
    found = json.loads(run_module("bench.feedback_census", home, database))
    if found != {"answers": sent, "receipts": sent, "differences": []}:
        raise SystemExit(f"{sent} sent, {found} found")


def _expect(done: load.Load) -> None:
    if set(done.statuses) != {202}:
        raise SystemExit(f"statuses: {done.statuses}")


if __name__ == "__main__":
    on_servers(measure)
