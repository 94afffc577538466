"""A real server in processes of its own, with one more page that does nothing: the yardstick.

`python -m bench.server` is not meant to be run: the settings and addresses below are for the
installation that a benchmark starts.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@contextlib.contextmanager
def serving(home: Path, *, database: str, workers: int = 1) -> Iterator[int]:
    """A migrated installation that serves, at rest; gives its port.

    `database` empty = SQLite in `home`.
    """
    port = _free_port()
    environment = environment_of(home, database)
    arguments = ["serve", "--port", str(port)]
    if database:
        arguments += ["--workers", str(workers)]
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "parvis.config.cli", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(port, server, home)
            _wait_for_rest(port)
            yield port
        finally:
            server.terminate()
            server.wait(timeout=60)


def environment_of(home: Path, database: str) -> dict[str, str]:
    """The environment in which the installation's own commands run."""
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("PARVIS_")},
        "DJANGO_SETTINGS_MODULE": "bench.server_settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        "PARVIS_HOME": str(home),
        "PARVIS_LOG_LEVEL": "ERROR",
    }
    if database:
        environment["PARVIS_DATABASE_URL"] = database
    return environment


def run_module(name: str, home: Path, database: str, *arguments: object) -> str:
    """A module to its end inside the installation; what it prints."""
    return subprocess.run(
        [sys.executable, "-m", name, *map(str, arguments)],
        cwd=ROOT,
        env=environment_of(home, database),
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def on_servers(measure: Callable[[str, str, int], None]) -> None:
    """Run `measure(label, database, web processes)` on SQLite, and on PostgreSQL with one and two.

    A PostgreSQL server is named by `PARVIS_BENCH_POSTGRESQL` or `--postgresql`.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--postgresql", default=os.environ.get("PARVIS_BENCH_POSTGRESQL", ""))
    parser.add_argument("--only", help="a label: that one alone")
    options = parser.parse_args()
    if options.only in (None, "SQLite"):
        measure("SQLite", "", 1)
    if not options.postgresql:
        return
    import psycopg

    server, _slash, _name = options.postgresql.rpartition("/")
    name = f"parvis_bench_{os.getpid()}"
    with psycopg.connect(options.postgresql, autocommit=True) as administration:
        for workers in (1, 2):
            label = f"PostgreSQL, {workers} process" + "es" * (workers > 1)
            if options.only not in (None, label):
                continue
            administration.execute(f"CREATE DATABASE {name}")
            try:
                measure(label, f"{server}/{name}", workers)
            finally:
                administration.execute(f"DROP DATABASE {name} WITH (FORCE)")


def web_processes(port: int) -> list[str]:
    """The process numbers of the web processes that serve on this port."""
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if (
                folder.name.isdigit()
                and b"--port\0%d\0" % port in (folder / "cmdline").read_bytes()
            ):
                children = (folder / "task" / folder.name / "children").read_text().split()
                if children:
                    return children
    raise SystemExit(f"nothing serves on port {port}")


def processor_seconds(port: int) -> float:
    """What the web processes that serve on this port have used of the processor so far."""
    return sum(map(_processor_seconds, web_processes(port)))


def _wait_for(port: int, server: subprocess.Popen[bytes], home: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/rien", timeout=5) as reply,
        ):
            if reply.status == 204:
                return
        if server.poll() is not None or time.monotonic() > deadline:
            raise SystemExit((home / "server.log").read_text()[-3000:])
        time.sleep(0.1)


def _wait_for_rest(port: int) -> None:
    """Until the web processes use little processor: on SQLite, their worker works at the start."""
    spent = -1.0
    for _try in range(60):
        before, spent = spent, processor_seconds(port)
        if spent - before < 0.05:
            return
        time.sleep(1)


def _processor_seconds(pid: str) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
