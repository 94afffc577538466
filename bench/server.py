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
def serving(home: Path, *, database: str, threads: int, workers: int = 1) -> Iterator[int]:
    """A migrated installation that serves; gives its port. `database` empty = SQLite in `home`."""
    port = _free_port()
    environment = environment_of(home, database)
    arguments = ["serve", "--port", str(port), "--threads", str(threads)]
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
