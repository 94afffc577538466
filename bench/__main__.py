"""Measure what the product promises to be fast, on SQLite and on PostgreSQL.

Each benchmark is a program of its own (`python -m bench.NAME --postgresql URL`); this one makes the
PostgreSQL cluster they need and says on which machine the figures were taken.
"""

from __future__ import annotations

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
)


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GiB, "
        f"Python {platform.python_version()}, {platform.system()}"
    )


def main() -> int:
    sys.path.insert(0, str(ROOT / "tools"))
    from postgres import cluster

    print(f"Machine: {machine()}")
    failed = 0
    with cluster(durable=True) as server:
        for name in BENCHMARKS:
            print(f"\n--- {name} ---", flush=True)
            command = [sys.executable, "-m", f"bench.{name}", "--postgresql", server.url]
            failed |= subprocess.run(command, cwd=ROOT, check=False).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main())
