"""A real server in processes of its own, with one more page that does nothing: the yardstick.

`python -m bench.server` is not meant to be run: the settings and addresses below are for the
installation that a benchmark starts.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
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
            _wait_for_rest(server.pid)
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


def _wait_for_rest(pid: int) -> None:
    """Until the web processes use little processor: on SQLite, their worker works at the start."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    spent = -1.0
    for _try in range(60):
        before, spent = spent, sum(map(_processor_seconds, children))
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
