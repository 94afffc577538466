"""Time the loading of the national directory and the searches in it, on SQLite and PostgreSQL.

    python bench/directory.py [--postgresql postgres://user@host:port/server_database]

Searches are what people type: the first letters of names drawn from the directory, whole names
without their accents, codes, and the worst cases ("s", "saint"). A search is counted as the
suggestions of the registration page do it: the first ten bodies. The databases are created for the
purpose and removed afterwards.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

SEARCHES = 1_000
WORST = ["s", "l", "saint", "st", "la", "de", "saint m", "cc", "0", "6", "69", "75", "st j", "a b"]
SHOWN = 10


def typed(names: list[str], codes: list[str], draw: random.Random) -> Iterator[str]:
    """What people type, a quarter each: beginnings, whole names, codes, and the worst cases."""
    while True:
        name = draw.choice(names)
        yield name[: draw.randint(2, 7)]
        yield name.upper().replace("-", " ")
        yield draw.choice(codes)
        yield draw.choice(WORST)


def measure(label: str) -> None:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from parvis.organisations.models import Organisation
    from parvis.organisations.operations import load_directory

    # The whole of Django is loaded and the server listens: what is timed is the directory alone.
    call_command("migrate", verbosity=0)
    started = time.perf_counter()
    load_directory(by=None)
    loaded = time.perf_counter() - started
    started = time.perf_counter()
    load_directory(by=None)
    reloaded = time.perf_counter() - started
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    rows = list(
        Organisation.objects.current().order_by("pk").values_list("name", "insee_code", "siren")
    )
    names = [name for name, _insee, _siren in rows]
    codes = [code for _name, *pair in rows for code in pair if code]
    questions = typed(names, codes, random.Random(2026))
    milliseconds = []
    for _turn in range(SEARCHES):
        question = next(questions)
        started = time.perf_counter()
        list(Organisation.objects.search(question)[:SHOWN])
        milliseconds.append((time.perf_counter() - started) * 1000)
    cuts = statistics.quantiles(milliseconds, n=100)
    print(
        f"{label:<11} load {loaded:5.1f} s   load again {reloaded:4.1f} s   search "
        f"p50 {cuts[49]:5.1f} ms   p95 {cuts[94]:5.1f} ms   max {max(milliseconds):5.1f} ms   "
        f"({len(rows):,} bodies, {SEARCHES} searches, {settings.DATABASES['default']['ENGINE']})"
    )


def run(label: str, url: str) -> None:
    """Measure in a process of its own: Django is set up once, for one database."""
    child = os.fork()
    if child == 0:
        os.environ["PARVIS_TEST_DATABASE_URL"] = url
        os.environ["DJANGO_SETTINGS_MODULE"] = "parvis.config.settings.test"
        import django

        django.setup()
        measure(label)
        sys.stdout.flush()
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    if status != 0:
        raise SystemExit(f"{label}: the measure failed")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--postgresql",
        default=os.environ.get("PARVIS_BENCH_POSTGRESQL", ""),
        help="URL of a database on a server where one may create another",
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run("SQLite", f"sqlite:///{Path(folder) / 'directory.db'}")
    if options.postgresql:
        import psycopg

        server, _slash, _name = options.postgresql.rpartition("/")
        name = f"parvis_bench_{os.getpid()}"
        with psycopg.connect(options.postgresql, autocommit=True) as administration:
            administration.execute(f"CREATE DATABASE {name}")
            try:
                run("PostgreSQL", f"{server}/{name}")
            finally:
                administration.execute(f"DROP DATABASE {name} WITH (FORCE)")


if __name__ == "__main__":
    main()
