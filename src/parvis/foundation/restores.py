"""Putting an archive back: checked whole before anything is touched, then compared afterwards.

Order: unpack and verify every hash in a folder aside; put the files in place (adding, never
removing: files of no row are swept later); replace the database in one transaction; count. What
would do harm if it came back with the past is dealt with last: erased people are erased again,
retentions are enforced, and messages that were waiting are not sent blindly, since they may have
left after the archive was made.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tarfile
import uuid
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.foundation import erasures, purges
from parvis.foundation.backups import (
    DATABASE,
    FILES,
    FORMAT,
    MANIFEST,
    BackupError,
    HashingReader,
    Manifest,
    count_rows,
    owner_only,
    run_postgresql,
)
from parvis.foundation.models import MailState, OutgoingMail

# Rows that a mere `parvis migrate` writes.
_WRITTEN_BY_MIGRATE = {"django_migrations", "django_content_type", "auth_permission"}


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back."""

    manifest: Manifest
    erased_again: int
    mails_held_back: int


def restore_backup(source: Path, *, force: bool = False) -> Restored:
    """Replace the database and bring back the files of an archive; raises `BackupError`.

    Refuses a database that holds rows unless `force`, an archive damaged, of another kind of
    database or of a newer version. Nothing is changed before all of this is checked.
    """
    staging = Path(settings.HOME) / f".restore-{uuid.uuid4().hex[:8]}"
    try:
        with owner_only():
            staging.mkdir(parents=True)
            manifest = _unpack(source, staging)
        _refuse_unfit(manifest, staging)
        if not force and _holds_rows():
            raise BackupError(
                _(
                    "La base de données n’est pas vide. Pour la remplacer par la sauvegarde, "
                    "relancez avec --force : son contenu actuel sera perdu."
                )
            )
        _put_files_in_place(manifest, staging)
        _replace_database(staging / DATABASE)
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise BackupError(
            _("La sauvegarde n’a pas pu être remise : %s. La base de données n’a pas changé.")
            % reason
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    _compare(manifest)
    call_command("migrate", verbosity=0, interactive=False)
    # Operators' work on every tenant's rows.
    with scopes_disabled():
        held_back = _hold_mails_back()
        erased_again = erasures.replay()
        purges.run_purges()
    return Restored(manifest, erased_again, held_back)


def _unpack(source: Path, staging: Path) -> Manifest:
    try:
        with tarfile.open(source) as archive:
            members = {member.name: member for member in archive.getmembers() if member.isfile()}
            content = archive.extractfile(members[MANIFEST])
            assert content is not None
            manifest = Manifest(**json.load(content))
            if manifest.format != FORMAT:
                raise BackupError(
                    _("Cette sauvegarde est d’un format que cette version ne connaît pas.")
                )
            _extract(archive, members[DATABASE], staging / DATABASE, manifest.database_sha256)
            for name, sha256 in manifest.files.items():
                path = PurePosixPath(name)
                if path.is_absolute() or ".." in path.parts:
                    raise BackupError(_("Cette sauvegarde contient un nom de fichier interdit."))
                _extract(archive, members[FILES + name], staging / FILES / name, sha256)
    except FileNotFoundError as error:
        raise BackupError(_("Le fichier « %s » n’existe pas.") % source) from error
    except (tarfile.TarError, KeyError, ValueError, TypeError, EOFError) as error:
        raise BackupError(
            _("« %s » n’est pas une sauvegarde de Parvis, ou elle est incomplète.") % source
        ) from error
    return manifest


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path, sha256: str) -> None:
    content = archive.extractfile(member)
    assert content is not None
    target.parent.mkdir(parents=True, exist_ok=True)
    reader = HashingReader(content)
    with target.open("xb") as stream:
        shutil.copyfileobj(reader, stream, 1024 * 1024)
    if reader.sha256 != sha256:
        raise BackupError(
            _("La sauvegarde est abîmée : « %s » n’a pas l’empreinte attendue.") % member.name
        )


def _refuse_unfit(manifest: Manifest, staging: Path) -> None:
    if manifest.vendor != connection.vendor:
        raise BackupError(
            _("Cette sauvegarde vient d’une base %(theirs)s ; cette installation utilise %(ours)s.")
            % {"theirs": manifest.vendor, "ours": connection.vendor}
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    unknown = set(manifest.migrations) - known
    if unknown:
        raise BackupError(
            _("Cette sauvegarde vient d’une version plus récente de Parvis (%s) : mettez à jour.")
            % manifest.software
        )
    if manifest.vendor == "sqlite":
        with closing(sqlite3.connect(staging / DATABASE)) as copy:
            (verdict,) = copy.execute("PRAGMA quick_check").fetchone()
        if verdict != "ok":
            raise BackupError(_("La base de données de la sauvegarde est abîmée."))


def _holds_rows() -> bool:
    """Whether a model holds a row; tables of a search index are not empty when it is."""
    models = set(connection.introspection.django_table_names(only_existing=True))
    return any(
        rows
        for table, rows in count_rows().items()
        if table in models and table not in _WRITTEN_BY_MIGRATE
    )


def _put_files_in_place(manifest: Manifest, staging: Path) -> None:
    root = Path(settings.EVIDENCE_ROOT)
    for name in manifest.files:
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        # A file of the same name is the same file, or a damaged copy of it: replaced whole, even
        # when the folder is on another disk that fills up.
        beside = target.with_name(f".{target.name}.partial")
        try:
            shutil.move(staging / FILES / name, beside)
            beside.rename(target)
        except OSError:
            beside.unlink(missing_ok=True)
            raise


def _replace_database(dump: Path) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(dump)) as copy:
            # One transaction on our side: killed half-way, the former content is still there.
            copy.backup(connection.connection)
        connection.close()
        return
    script, emptying = dump.with_name("restore.sql"), dump.with_name("empty.sql")
    emptying.write_text(
        "".join(
            f'DROP TABLE IF EXISTS "{table}" CASCADE;\n'
            for table in connection.introspection.table_names()
        ),
        encoding="utf-8",
    )
    connection.close()
    run_postgresql(
        "pg_restore",
        "--clean",
        "--if-exists",
        "--no-owner",
        "--no-privileges",
        f"--file={script}",
        str(dump),
    )
    run_postgresql(
        "psql",
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        f"--file={emptying}",
        f"--file={script}",
    )


def _compare(manifest: Manifest) -> None:
    counted = count_rows()
    different = [table for table, rows in manifest.tables.items() if counted.get(table) != rows]
    if different:
        raise BackupError(
            _("Après restauration, ces tables n’ont pas le nombre de lignes attendu : %s.")
            % ", ".join(sorted(different))
        )


def _hold_mails_back() -> int:
    return OutgoingMail.objects.filter(state__in=[MailState.QUEUED, MailState.SENDING]).update(
        state=MailState.UNKNOWN, error="waiting in a restored backup: may have been sent since"
    )
