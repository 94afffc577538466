"""One writing process for an embedded database.

SQLite below 3.51.3 has a rare bug that corrupts a database in WAL mode when several processes write
or checkpoint it. So the first process that opens the file takes a lock (`<database>.lock`), which
the system frees at its death however it dies, and another process is refused with a sentence that
says who holds it. Commands that only look (doctor, backup) ask for `reading_only` instead.
Databases in memory and PostgreSQL are not concerned.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.utils import timezone
from django.utils.translation import gettext as _

# A process that is just ending is given this long.
PATIENCE_SECONDS = 1.0

_held: dict[Path, int] = {}
_mutex = threading.Lock()
_reading_only = False


class DatabaseHeldError(CommandError):
    """Another process writes to this database; the message says which."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a database, as it wrote it down itself."""

    pid: int
    command: str
    since: str


def watch_connections() -> None:
    """Take the lock at the first connection to an embedded database; called once at start."""
    connection_created.connect(_on_connection, dispatch_uid="parvis.foundation.database_lock")


@contextmanager
def reading_only() -> Iterator[None]:
    """Open embedded databases without the lock, and unable to change them."""
    global _reading_only
    _close_embedded()
    _reading_only = True
    try:
        yield
    finally:
        _reading_only = False
        _close_embedded()


def lock_path(database: str | Path) -> Path | None:
    """Where the lock of a SQLite database is; None for a database in memory."""
    name = str(database)
    if name in ("", ":memory:") or "mode=memory" in name:
        return None
    path = Path(name.removeprefix("file:").partition("?")[0]).resolve()
    return path.with_name(f"{path.name}.lock")


def holder_of(path: Path) -> Holder | None:
    """The process that holds a lock, or None when it is free or held by this process."""
    if path in _held or not path.exists():
        return None
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read_holder(path)
    else:
        return None
    finally:
        os.close(descriptor)


def take(path: Path, *, patience: float = PATIENCE_SECONDS) -> None:
    """Hold a lock until this process dies; raise `DatabaseHeldError` if another one has it."""
    with _mutex:
        if path in _held:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        # Not inherited by programs this process starts: only its own death frees the lock.
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    os.close(descriptor)
                    raise DatabaseHeldError(_refusal(path)) from None
                time.sleep(0.05)
        _write_holder(descriptor)
        _held[path] = descriptor


def release_all() -> None:
    """Close the connections, then give back every lock: before handing over to child processes."""
    connections.close_all()
    with _mutex:
        for descriptor in _held.values():
            os.close(descriptor)
        _held.clear()


def _close_embedded() -> None:
    for connection in connections.all(initialized_only=True):
        if connection.vendor == "sqlite":
            connection.close()


def _on_connection(sender: object, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    if connection.vendor != "sqlite":
        return
    path = lock_path(connection.settings_dict["NAME"])
    if path is None:
        return
    if _reading_only:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only = ON")
        return
    try:
        take(path)
    except DatabaseHeldError:
        connection.close()
        raise


def _write_holder(descriptor: int) -> None:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:200]
    content = json.dumps(
        {"pid": os.getpid(), "command": command, "since": timezone.now().isoformat()}
    )
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, content.encode(), 0)


def _read_holder(path: Path) -> Holder:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Holder(int(content["pid"]), str(content["command"]), str(content["since"]))
    except (ValueError, KeyError, TypeError):
        # Read between the moment the lock was taken and the moment its holder signed.
        return Holder(0, "?", "?")


def _refusal(path: Path) -> str:
    holder = _read_holder(path)
    return _(
        "La base de données « %(database)s » est tenue par un autre processus de Parvis : "
        "n° %(pid)s, « %(command)s », depuis %(since)s. Une base SQLite n’a qu’un seul processus "
        "qui écrit : arrêtez celui-là d’abord, ou passez à PostgreSQL."
    ) % {
        "database": path.with_suffix("").name,
        "pid": holder.pid,
        "command": holder.command,
        "since": holder.since,
    }
