"""Time the loading of the national directory and the searches in it, on SQLite and PostgreSQL.

    python -m bench.directory [--postgresql postgres://user@host:port/server_database]

Searches are what people type: the first letters of names drawn from the directory, whole names
without their accents, codes, and the worst cases ("s", "saint"). A search is counted as the
suggestions of the registration page do it: the first ten bodies. The databases are created for the
purpose and removed afterwards.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator

from bench.databases import analyse, on_both_databases

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

    from parvis.organisations.models import Organisation
    from parvis.organisations.operations import load_directory

    started = time.perf_counter()
    load_directory(by=None)
    loaded = time.perf_counter() - started
    started = time.perf_counter()
    load_directory(by=None)
    reloaded = time.perf_counter() - started
    analyse()
    rows = list(
        Organisation.objects.current().order_by("pk").values_list("name", "insee_code", "siren")
    )
    names = [name for name, _insee, _siren in rows]
    codes = [code for _name, *pair in rows for code in pair if code]
    questions = typed(names, codes, random.Random(2026))
    spent = []
    for _turn in range(SEARCHES):
        question = next(questions)
        started = time.perf_counter()
        list(Organisation.objects.search(question)[:SHOWN])
        spent.append((time.perf_counter() - started) * 1000)
    cuts = statistics.quantiles(spent, n=100)
    print(
        f"{label:<11} load {loaded:5.1f} s   load again {reloaded:4.1f} s   search "
        f"p50 {cuts[49]:5.1f} ms   p95 {cuts[94]:5.1f} ms   max {max(spent):5.1f} ms   "
        f"({len(rows):,} bodies, {SEARCHES} searches, {settings.DATABASES['default']['ENGINE']})"
    )


if __name__ == "__main__":
    on_both_databases(__doc__.splitlines()[0], measure)
