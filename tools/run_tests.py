"""Run the whole suite on SQLite, then on PostgreSQL, and say how long each took."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from postgres import cluster

ROOT = Path(__file__).resolve().parents[1]


def run(name: str, arguments: list[str], database: str | None) -> tuple[str, int, float]:
    environment = {**os.environ, "PARVIS_TEST_DATABASE_NAME": name}
    environment.pop("PARVIS_TEST_DATABASE_URL", None)
    if database:
        environment["PARVIS_TEST_DATABASE_URL"] = database
    print(f"\n=== {name} ===", flush=True)
    started = time.monotonic()
    code = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadgroup", *arguments],
        cwd=ROOT,
        env=environment,
        check=False,
    ).returncode
    return name, code, time.monotonic() - started


def main() -> int:
    selection = [] if "--long" in sys.argv else ["-m", "not long"]
    coverage = ["--cov", "--cov-report=term:skip-covered", "--cov-report="]
    outcomes = [run("SQLite", [*selection, *coverage], None)]
    with cluster() as server:
        # The cluster is thrown away whole: dropping its databases first would only fail on a
        # session that a browser's last request left open.
        outcomes.append(run("PostgreSQL", [*selection, "--reuse-db"], server.url))
    print()
    for name, code, seconds in outcomes:
        print(f"{name}: {'passed' if code == 0 else 'FAILED'} in {seconds:.0f} s")
    return max(code for _name, code, _seconds in outcomes)


if __name__ == "__main__":
    sys.exit(main())
