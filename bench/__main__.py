"""Measure what the product promises to be fast, on SQLite and on PostgreSQL.

Each benchmark is a program of its own (`python -m bench.NAME --postgresql URL`); this one makes the
PostgreSQL cluster they need and says on which machine the figures were taken. `--long`: only the
boards, with the counts of 1, 10 and 50 million answers, asked for in turn.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BENCHMARKS = (
    "directory",
    "results",
    "lists",
    "feedback_ingestion",
    "feedback_return",
    "feedback_rebuild",
    "feedback_boards",
    "feedback_exports",
    "kiosk",
    "token_issuing",
    "poll_votes",
    "poll_results",
    "live_session",
    "opinion_groups",
    "consultation_votes",
    "opinion_update",
    "idea_index",
    "consultation_archive",
    "budgets",
)
LONG_SIZES = "1000000,10000000,50000000"


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GiB, "
        f"Python {platform.python_version()}, {platform.system()}"
    )


def main() -> int:
    sys.path.insert(0, str(ROOT / "tools"))
    from postgres import cluster

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--long", action="store_true", help="the boards alone, at every size")
    options = parser.parse_args()
    names = ("feedback_boards",) if options.long else BENCHMARKS
    if options.long:
        os.environ.setdefault("PARVIS_BENCH_ANSWERS", LONG_SIZES)
    load, _five, _fifteen = os.getloadavg()
    print(f"Machine: {machine()}, load {load:.1f}")
    failed = 0
    with cluster(durable=True) as server:
        for name in names:
            print(f"\n--- {name} ---", flush=True)
            command = [sys.executable, "-m", f"bench.{name}", "--postgresql", server.url]
            failed |= subprocess.run(command, cwd=ROOT, check=False).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main())
