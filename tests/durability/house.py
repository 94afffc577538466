"""A real installation in processes of its own, which can be killed at any instant and come back.

Web server, worker (a process of its own on PostgreSQL, a thread of the server on SQLite), database.
Every process that is killed was started here and is killed by its number.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from tools.postgres import Cluster, cluster

ROOT = Path(__file__).resolve().parents[2]
DATABASE_FILE = "parvis.db"
START_SECONDS = 60.0
SETTINGS = "tests.durability.settings"


class House:
    """The processes of one installation, its folder and its address."""

    def __init__(self, home: Path, *, server: Cluster | None, mail_port: int) -> None:
        self.home = home
        self.server = server
        self.port = _free_port()
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("PARVIS_")},
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
            "PARVIS_HOME": str(home),
            "PARVIS_TEST_MAIL_PORT": str(mail_port),
        }
        if server is not None:
            self.environment["PARVIS_DATABASE_URL"] = server.url

    @property
    def parts(self) -> list[str]:
        """What can be killed: the serving process, all of the web server, worker, database."""
        parts = ["serving process", "web server"]
        return parts if self.server is None else [*parts, "worker", "database"]

    def run(self, *arguments: str) -> str:
        """A management command to its end; its output."""
        return self._finished("parvis.config.cli", *arguments)

    def module(self, name: str, *arguments: object) -> Any:
        """A module of this folder to its end; the JSON it prints."""
        return json.loads(self._finished(f"tests.durability.{name}", *map(str, arguments)))

    def start(self) -> None:
        self._start_web()
        if self.server is not None:
            self._start_worker()

    def stop(self) -> None:
        """Ask everything to stop, as an operator does."""
        for process in (self.web, self.worker):
            if process is not None and process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=40)
                except subprocess.TimeoutExpired:
                    _kill_tree(process.pid)
                    process.wait()
        self.web = self.worker = None

    def supervise(self) -> None:
        """Start the web server again if granian gave up, its process having died twice in 6 s."""
        if self.web is not None and self.web.poll() is not None:
            self._start_web()

    def strike(self, part: str) -> None:
        """`kill -9` a part, and bring it back as a supervisor would."""
        self.supervise()
        assert self.web is not None
        if part == "serving process":
            # granian starts another by itself.
            for child in _children(self.web.pid):
                _kill(child)
        elif part == "web server":
            _kill_tree(self.web.pid)
            self.web.wait()
            self._start_web()
        elif part == "worker":
            assert self.worker is not None
            _kill_tree(self.worker.pid)
            self.worker.wait()
            self._start_worker()
        elif part == "database":
            assert self.server is not None
            _kill_tree(self.server.pid)
            self._start_database()
        else:
            raise ValueError(part)

    def log(self, name: str) -> str:
        path = self.home / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _start_web(self) -> None:
        # Two threads more than the clients: those killed with their request leave none behind.
        self.web = self._started("web", "serve", "--port", str(self.port), "--threads", "6")
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.web.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the server did not start:\n{self.log('web')[-3000:]}")
            time.sleep(0.05)

    def _start_worker(self) -> None:
        self.worker = self._started("worker", "worker")

    def _start_database(self) -> None:
        assert self.server is not None
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.server.start()
            except subprocess.CalledProcessError:
                # A child of the dead server may hold its shared memory a moment longer.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/sante", timeout=5) as reply:
                return reply.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def _started(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        with self._log_file(name) as log:
            return subprocess.Popen(
                [sys.executable, "-m", "parvis.config.cli", *arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _log_file(self, name: str) -> IO[bytes]:
        return (self.home / f"{name}.log").open("ab")

    def _finished(self, module: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{module} {arguments}: {done.stderr[-3000:]}"
        return done.stdout


@contextlib.contextmanager
def house(home: Path, *, like: House, mail_port: int) -> Iterator[House]:
    """An installation not started yet, with the tables of another; all of it is gone afterwards.

    Nothing else is taken of the other: this one draws a secret of its own.
    """
    home.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        server = None
        if like.server is None:
            shutil.copy(like.home / DATABASE_FILE, home / DATABASE_FILE)
        else:
            server = stack.enter_context(cluster(durable=True, like=like.server))
        made = House(home, server=server, mail_port=mail_port)
        stack.callback(made.stop)
        yield made


@contextlib.contextmanager
def tables(home: Path, *, postgresql: bool) -> Iterator[House]:
    """What houses begin with, never started: the tables take ten seconds of processor to make."""
    home.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(cluster()) if postgresql else None
        made = House(home, server=server, mail_port=0)
        made.run("migrate", "--verbosity", "0")
        if server is not None:
            server.stop("fast")
        yield made


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(number) for number in task.read_text().split()]
    return found


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _kill_tree(pid: int) -> None:
    """The process first, so that it starts no other child; then those it had."""
    children = _children(pid)
    _kill(pid)
    for child in children:
        _kill(child)
