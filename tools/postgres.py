"""A PostgreSQL cluster of our own for tests and benchmarks, thrown away afterwards.

`python tools/postgres.py COMMAND…` runs the command with `PARVIS_TEST_DATABASE_URL` naming a fresh
cluster on a free port. The server binaries are those of Debian's packages.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cluster:
    """A running server: where it keeps its data, and how to reach it."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgres://parvis@127.0.0.1:{self.port}/parvis"

    @property
    def pid(self) -> int:
        return int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])

    def start(self) -> None:
        _as_server_user(
            *(_binary("pg_ctl"), "-D", str(self.folder / "data"), "-w", "-s"),
            *("-l", str(self.folder / "log"), "start"),
        )

    def stop(self, mode: str = "immediate") -> None:
        """`fast` leaves files that may be copied; `immediate` a recovery to the next start."""
        _as_server_user(
            *(_binary("pg_ctl"), "-D", str(self.folder / "data"), "-w", "-s"),
            *("-m", mode, "stop"),
        )


def binaries() -> Path | None:
    """The folder of the newest server binaries installed, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _binary(name: str) -> str:
    folder = binaries()
    if folder is None:
        raise FileNotFoundError("the PostgreSQL server is not installed (package postgresql)")
    return str(folder / name)


def _as_server_user(*command: str) -> None:
    """Run as `postgres` when we are root, which the server refuses to be."""
    if os.geteuid() == 0:
        command = ("runuser", "-u", "postgres", "--", *command)
    subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def cluster(*, durable: bool = False, like: Cluster | None = None) -> Iterator[Cluster]:
    """A fresh cluster with a database `parvis`.

    `durable` keeps fsync on, for tests that kill the server; others go faster without. `like` is a
    cluster stopped in mode `fast`: the fresh one begins with all that it holds.
    """
    folder = Path(tempfile.mkdtemp(prefix="parvis-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    made = Cluster(folder, _free_port())
    try:
        if like is None:
            _as_server_user(
                *(_binary("initdb"), "-D", str(folder / "data"), "-U", "parvis"),
                *("-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
            )
        else:
            _as_server_user("cp", "-a", str(like.folder / "data"), str(folder / "data"))
        # Of a setting given twice, the last counts.
        settings = [
            f"port = {made.port}",
            "listen_addresses = '127.0.0.1'",
            f"unix_socket_directories = '{folder}'",
            "max_connections = 100",
        ]
        if not durable:
            settings += ["fsync = off", "full_page_writes = off"]
        with (folder / "data" / "postgresql.conf").open("a") as file:
            file.write("\n".join(settings) + "\n")
        made.start()
        try:
            if like is None:
                _as_server_user(
                    *(_binary("createdb"), "-h", "127.0.0.1", "-p", str(made.port)),
                    *("-U", "parvis", "parvis"),
                )
            yield made
        finally:
            if (folder / "data" / "postmaster.pid").exists():
                made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    with cluster() as made:
        environment = {**os.environ, "PARVIS_TEST_DATABASE_URL": made.url}
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
