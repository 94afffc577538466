"""Each benchmark on both databases, each in a process and a database of its own."""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

Measure = Callable[[str], None]
# A measure that gives way at each `yield`, for one size.
Steps = Callable[[str, int], Iterator[None]]


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

    def steps(label: str, _size: int) -> Iterator[None]:
        measure(label)
        yield

    side_by_side(description, steps, [0])


def side_by_side(description: str, steps: Steps, sizes: Sequence[int]) -> None:
    """The same on databases of several sizes, which take one step each in turn.

    A moment when somebody else uses the machine then weighs on every size.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--postgresql",
        default=os.environ.get("PARVIS_BENCH_POSTGRESQL", ""),
        help="URL of a database on a server where one may create another",
    )
    parser.add_argument("--only-postgresql", action="store_true", help="leave SQLite out")
    options = parser.parse_args()
    if not options.only_postgresql:
        with tempfile.TemporaryDirectory() as folder:
            _take_turns(
                "SQLite", steps, {n: f"sqlite:///{Path(folder) / f'{n}.db'}" for n in sizes}
            )
    if options.postgresql:
        with ExitStack() as made:
            _take_turns(
                "PostgreSQL",
                steps,
                {size: made.enter_context(_created(options.postgresql, size)) for size in sizes},
            )


@contextmanager
def _created(url: str, size: int) -> Iterator[str]:
    import psycopg

    server, _slash, _name = url.rpartition("/")
    name = f"parvis_bench_{os.getpid()}_{size}"
    with psycopg.connect(url, autocommit=True) as administration:
        administration.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{server}/{name}"
        finally:
            administration.execute(f"DROP DATABASE {name} WITH (FORCE)")


def analyse() -> None:
    """Give PostgreSQL the statistics that its autovacuum would have gathered by now."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")


def _take_turns(label: str, steps: Steps, urls: dict[int, str]) -> None:
    """Django is set up once a process, for one database: each size gets a process."""
    children: dict[socket.socket, int] = {}
    for size, url in urls.items():
        ours, theirs = socket.socketpair()
        child = os.fork()
        if child == 0:
            ours.close()
            _follow(theirs, label, steps, size, url)
        theirs.close()
        children[ours] = child
    waiting = list(children)
    failed = False
    while waiting:
        for turn in list(waiting):
            turn.sendall(b".")
            if not turn.recv(1):
                waiting.remove(turn)
                _pid, status = os.waitpid(children[turn], 0)
                failed = failed or status != 0
    if failed:
        raise SystemExit(f"{label}: the measure failed")


def _follow(turn: socket.socket, label: str, steps: Steps, size: int, url: str) -> None:
    """In a process of its own: one step each time the parent says so, then leave."""
    status = 1
    try:
        if turn.recv(1):
            _set_up(url)
            for _step in steps(label, size):
                sys.stdout.flush()
                turn.sendall(b".")
                if not turn.recv(1):
                    break
            else:
                status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


def _set_up(url: str) -> None:
    os.environ["PARVIS_TEST_DATABASE_URL"] = url
    os.environ["DJANGO_SETTINGS_MODULE"] = "parvis.config.settings.test"
    import logging

    import django
    from django.db import connections

    django.setup()
    # Connections live from one page to the next, as in service; those of tests do not.
    if url.startswith("postgres"):
        connections.settings["default"]["CONN_MAX_AGE"] = 60
    logging.disable(logging.INFO)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
