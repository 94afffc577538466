"""Programs of the product that tests start, watch and kill, on an installation of their own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Installation:
    """A folder with a SQLite database of its own, and the commands run on it."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "parvis.foundation.tests.alone",
            "PARVIS_HOME": str(self.home),
            "PARVIS_TEST_DATABASE_URL": f"sqlite:///{self.home / 'parvis.db'}",
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "parvis.config.cli", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    def python(self, code: str) -> subprocess.CompletedProcess[str]:
        """Run code with Django ready."""
        return subprocess.run(
            [sys.executable, "-c", f"import django; django.setup()\n{code}"],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    @contextlib.contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        with (self.home / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "parvis.config.cli", *arguments],
                env=self.environment,
                stdout=log,
                stderr=log,
            )
            try:
                yield process
            finally:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(timeout=PATIENCE_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    @property
    def log(self) -> str:
        return (self.home / "log").read_text(encoding="utf-8")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait_until(happens: Callable[[], bool], what: str) -> None:
    limit = time.monotonic() + PATIENCE_SECONDS
    while not happens():
        assert time.monotonic() < limit, f"still waiting: {what}"
        time.sleep(0.05)


def is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sante", timeout=2) as answer:
            return json.load(answer)["etat"] == "ok"
    except (OSError, urllib.error.URLError, ValueError):
        return False


def children_of(pid: int) -> list[int]:
    task = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in task.read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
