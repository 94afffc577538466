"""One archive that holds everything: the database at one instant, then the files its rows name.

The files are immutable and written before their rows, so a database copied first and files copied
next are consistent. The manifest, written last, counts the rows of each table and gives the hash of
each file: a cut archive has none, and a restore checks every figure. See `restores`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django.utils.translation import gettext as _

import parvis

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database"
FILES = "evidence/"


class BackupError(Exception):
    """The archive could not be made or put back; the message, in French, says why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds, and how to recognise that all of it is there."""

    format: int
    software: str
    made_at: str
    vendor: str  # "sqlite" or "postgresql"
    migrations: list[str]  # "app.name", applied when the archive was made
    tables: dict[str, int]  # rows of each table
    database_sha256: str
    files: dict[str, str]  # path below the evidence folder → SHA-256

    @property
    def rows(self) -> int:
        return sum(self.tables.values())


def make_backup(target: Path) -> Manifest:
    """Write the archive `target`, whole or not at all; raises `BackupError`.

    May run beside a server at work: the database is read at one instant.
    """
    if target.exists():
        raise BackupError(_("« %s » existe déjà : choisissez un autre nom.") % target)
    partial = target.with_name(f"{target.name}.partial")
    with tempfile.TemporaryDirectory(prefix="parvis-backup-") as folder, owner_only():
        dump = Path(folder) / DATABASE
        try:
            tables, migrations = _dump(dump)
            with partial.open("xb") as stream:
                manifest = _write_archive(stream, dump, tables, migrations)
                stream.flush()
                os.fsync(stream.fileno())
            partial.rename(target)
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or error
            raise BackupError(_("L’archive n’a pas pu être écrite : %s.") % reason) from error
        finally:
            partial.unlink(missing_ok=True)
    return manifest


def count_rows() -> dict[str, int]:
    """Rows of each table of the database, counted in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        return _count(cursor, connection.introspection.table_names(cursor))


def applied_migrations() -> list[str]:
    """ "app.name" of each migration applied."""
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def evidence_files() -> Iterator[tuple[str, Path]]:
    """(path below the evidence folder, full path) of each file at rest there."""
    root = Path(settings.EVIDENCE_ROOT)
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield path.relative_to(root).as_posix(), path


@contextmanager
def owner_only() -> Iterator[None]:
    """Files made meanwhile are readable by their owner alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def run_postgresql(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL against the database; raises `BackupError` with its words."""
    found = shutil.which(program)
    if found is None:
        raise BackupError(
            _("Le programme « %s » manque : installez le paquet postgresql-client.") % program
        )
    known = connection.settings_dict
    environment = {
        "PGHOST": str(known["HOST"]),
        "PGPORT": str(known["PORT"]),
        "PGUSER": str(known["USER"]),
        "PGPASSWORD": str(known["PASSWORD"]),
        "PGDATABASE": str(known["NAME"]),
    }
    done = subprocess.run(  # noqa: S603 – a fixed program and our own arguments
        [found, *arguments],
        env={**os.environ, **{key: value for key, value in environment.items() if value}},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"{program} : {done.stderr.strip()[-1000:]}")


class HashingReader(io.RawIOBase):
    """Reads a file and hashes what goes by."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._hash.update(data)
        return data

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def _dump(target: Path) -> tuple[dict[str, int], list[str]]:
    """Copy the database at one instant; rows by table and migrations of that same instant."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(target)) as copy:
            connection.connection.backup(copy)
            names = [
                name
                for (name,) in copy.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table'"
                    " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
                )
            ]
            migrations = copy.execute("SELECT app, name FROM django_migrations").fetchall()
            return _count(copy, names), sorted(f"{app}.{name}" for app, name in migrations)
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        run_postgresql(
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={snapshot}",
            f"--file={target}",
        )
        tables = _count(cursor, connection.introspection.table_names(cursor))
        return tables, applied_migrations()


def _count(cursor: Any, names: list[str]) -> dict[str, int]:
    tables = {}
    for name in sorted(names):
        # A name read from the database's own catalogue.
        rows = cursor.execute(f'SELECT COUNT(*) FROM "{name}"')  # noqa: S608
        (tables[name],) = (rows or cursor).fetchone()
    return tables


def _write_archive(
    stream: IO[bytes], dump: Path, tables: dict[str, int], migrations: list[str]
) -> Manifest:
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        database_sha256 = _add(archive, DATABASE, dump)
        files = {name: _add(archive, FILES + name, path) for name, path in evidence_files()}
        manifest = Manifest(
            format=FORMAT,
            software=parvis.__version__,
            made_at=timezone.now().isoformat(),
            vendor=connection.vendor,
            migrations=migrations,
            tables=tables,
            database_sha256=database_sha256,
            files=files,
        )
        content = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
        member = tarfile.TarInfo(MANIFEST)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return manifest


def _add(archive: tarfile.TarFile, name: str, path: Path) -> str:
    with path.open("rb") as source:
        member = tarfile.TarInfo(name)
        member.size = os.fstat(source.fileno()).st_size
        member.mtime = int(os.fstat(source.fileno()).st_mtime)
        reader = HashingReader(source)
        archive.addfile(member, reader)  # type: ignore[arg-type]
        return reader.sha256
