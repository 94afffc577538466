"""Each benchmark on both databases, each in a process and a database of its own."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

Measure = Callable[[str], None]


def milliseconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def report(label: str, name: str, spent: Sequence[float]) -> None:
    """Print the median, the 95th percentile and the first time, which warms every cache."""
    cuts = statistics.quantiles(spent[1:], n=20)
    print(
        f"{label:<11} {name:<22} p50 {statistics.median(spent):6.1f} ms   "
        f"p95 {cuts[18]:6.1f} ms   first {spent[0]:6.1f} ms"
    )


def on_both_databases(description: str, measure: Measure) -> None:
    """Run `measure(label)` on SQLite and, where `--postgresql` names a server, on PostgreSQL.

    Django is migrated and set up with the test settings; the databases are removed afterwards.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--postgresql",
        default=os.environ.get("PARVIS_BENCH_POSTGRESQL", ""),
        help="URL of a database on a server where one may create another",
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _run("SQLite", f"sqlite:///{Path(folder) / 'bench.db'}", measure)
    if options.postgresql:
        import psycopg

        server, _slash, _name = options.postgresql.rpartition("/")
        name = f"parvis_bench_{os.getpid()}"
        with psycopg.connect(options.postgresql, autocommit=True) as administration:
            administration.execute(f"CREATE DATABASE {name}")
            try:
                _run("PostgreSQL", f"{server}/{name}", measure)
            finally:
                administration.execute(f"DROP DATABASE {name} WITH (FORCE)")


def analyse() -> None:
    """Give PostgreSQL the statistics that its autovacuum would have gathered by now."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _run(label: str, url: str, measure: Measure) -> None:
    """Django is set up once a process, for one database: each measure gets a process."""
    child = os.fork()
    if child == 0:
        os.environ["PARVIS_TEST_DATABASE_URL"] = url
        os.environ["DJANGO_SETTINGS_MODULE"] = "parvis.config.settings.test"
        import logging

        import django

        django.setup()
        logging.disable(logging.INFO)
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        measure(label)
        sys.stdout.flush()
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    if status != 0:
        raise SystemExit(f"{label}: the measure failed")
