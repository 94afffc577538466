"""Run the whole suite on SQLite, then on PostgreSQL, and say how long each took.

Tests marked `looks` examine pages whatever made them (axe, weight), and those marked `device` what
a browser does with them (keys, storage, clock, cuts): once is enough. On PostgreSQL a browser makes
a whole walk of each room. Two rooms know no database at all.
`--coverage` instead runs on SQLite all that needs no browser nor server, and names the lines that
no test reaches; watching each line makes the tests more than twice as slow, so not each time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from postgres import cluster

ROOT = Path(__file__).resolve().parents[1]


# Their contracts in `pyproject.toml` forbid them Django.
WITHOUT_DATABASE = [f"--ignore=src/parvis/{room}" for room in ("analyse", "statistics")]


def run(
    name: str, left_out: list[str], arguments: list[str], database: str | None
) -> tuple[str, int, float]:
    """Run the tests but for the markers left out; name, exit code and seconds."""
    environment = {**os.environ, "PARVIS_TEST_DATABASE_NAME": name}
    environment.pop("PARVIS_TEST_DATABASE_URL", None)
    if database:
        environment["PARVIS_TEST_DATABASE_URL"] = database
    print(f"\n=== {name} ===", flush=True)
    started = time.monotonic()
    selection = " and ".join(f"not {marker}" for marker in left_out)
    # How tests are shared between the two processes: `tools/sharing.py`.
    command = [sys.executable, "-m", "pytest", "-n", "2", "-m", selection]
    code = subprocess.run(
        [*command, *arguments],
        cwd=ROOT,
        env=environment,
        check=False,
    ).returncode
    return name, code, time.monotonic() - started


def main() -> int:
    if "--coverage" in sys.argv:
        report = ["--cov", "--cov-report=term-missing:skip-covered"]
        return run("SQLite", ["long", "e2e", "database_server"], report, None)[1]
    left_out = [] if "--long" in sys.argv else ["long"]
    outcomes = [run("SQLite", left_out, [], None)]
    with cluster() as server:
        # The cluster is thrown away whole: dropping its databases first would only fail on a
        # session that a browser's last request left open.
        arguments = ["--reuse-db", *WITHOUT_DATABASE]
        outcomes.append(run("PostgreSQL", [*left_out, "looks", "device"], arguments, server.url))
    print()
    for name, code, seconds in outcomes:
        print(f"{name}: {'passed' if code == 0 else 'FAILED'} in {seconds:.0f} s")
    return max(code for _name, code, _seconds in outcomes)


if __name__ == "__main__":
    sys.exit(main())
