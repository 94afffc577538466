"""The examination behind `parvis doctor`: what works, what deserves a look, what is broken.

Each examination is a small function that says what it found in a sentence for whoever runs the
installation. Nothing is repaired or written here, save a probe file that is removed at once.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from parvis.foundation import database_lock, keys_apart, leases
from parvis.foundation.models import MailState, OutgoingMail, ScheduleState
from parvis.foundation.uploads import referenced_files

SAFE_SQLITE = (3, 51, 3)
LOW_DISK_BYTES = 1024**3
EMPTY_DISK_BYTES = 100 * 1024**2
LATE_MAIL = timedelta(minutes=30)
LATE_TASK = timedelta(minutes=30)
LONG_TASK = timedelta(hours=1)
CLOCK_TOLERANCE_SECONDS = 5.0
# Installing writes a catalogue and its compiled form in any order.
INSTALLING_SECONDS = 60.0
# Settings of PostgreSQL without which an acknowledged form may be lost.
DURABILITY = ("synchronous_commit", "fsync", "full_page_writes")


class Verdict(Enum):
    GOOD = "good"
    LOOK = "look"  # works, deserves a look
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one examination found."""

    verdict: Verdict
    sentence: str


def examine() -> list[Finding]:
    """Run every examination; one that fails is itself a finding."""
    findings: list[Finding] = []
    for examination in _examinations():
        try:
            # The state of every tenant's files is looked at.
            with scopes_disabled():
                findings.extend(examination())
        except Exception as error:
            name = examination.__name__.strip("_").replace("_", " ")
            findings.append(_broken(f"{name} : {type(error).__name__}: {error}"))
    return findings


def _examinations() -> list[Callable[[], Iterator[Finding]]]:
    without_database = [_settings, _disk, _evidence_folder, _keys_apart, _translations, _lock]
    try:
        connection.ensure_connection()
    except DatabaseError:
        return [*without_database, _database]
    return [*without_database, _database, _migrations, _clocks, _mail, _tasks, _schedule, _files]


def _good(sentence: str) -> Finding:
    return Finding(Verdict.GOOD, sentence)


def _look(sentence: str) -> Finding:
    return Finding(Verdict.LOOK, sentence)


def _broken(sentence: str) -> Finding:
    return Finding(Verdict.BROKEN, sentence)


def _settings() -> Iterator[Finding]:
    if settings.DEBUG:
        yield _look(_("Mode de mise au point actif (PARVIS_DEBUG) : jamais en service."))
    if settings.DEMO:
        yield _look(_("Démonstration : connexion en un clic active, jamais en service."))
    if not settings.DEBUG and not settings.DEMO:
        yield _good(_("Ni mise au point ni démonstration."))
        if settings.PUBLIC_ADDRESS:
            yield _good(_("Adresse publique : %s.") % settings.PUBLIC_ADDRESS)
        else:
            yield _look(
                _(
                    "PARVIS_PUBLIC_ADDRESS n’est pas donnée : les courriels qui partent "
                    "d’eux-mêmes, comme ceux des alertes, n’ont pas de lien."
                )
            )


def _disk() -> Iterator[Finding]:
    for label, folder in {
        _("données"): Path(settings.HOME),
        _("pièces"): Path(settings.EVIDENCE_ROOT),
    }.items():
        existing = folder
        while not existing.exists():
            existing = existing.parent
        free = shutil.disk_usage(existing).free
        sentence = _("Disque des %(what)s : %(gib).1f Gio libres.") % {
            "what": label,
            "gib": free / 1024**3,
        }
        if free < EMPTY_DISK_BYTES:
            yield _broken(sentence)
        else:
            yield _look(sentence) if free < LOW_DISK_BYTES else _good(sentence)


def _evidence_folder() -> Iterator[Finding]:
    root = Path(settings.EVIDENCE_ROOT)
    probe = root / f".probe-{os.getpid()}"
    try:
        root.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        yield _broken(_("Dossier des pièces non inscriptible : %s.") % error)
    else:
        yield _good(_("Dossier des pièces inscriptible."))


def _keys_apart() -> Iterator[Finding]:
    folder = keys_apart.folder()
    try:
        keys_apart.make_folder()
        count = sum(1 for _name in keys_apart.names())
        shared = folder.stat().st_mode & 0o077
        writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError as error:
        yield _broken(_("Dossier des clés à part inaccessible (PARVIS_KEYS_APART) : %s.") % error)
        return
    if not writable:
        yield _broken(_("Dossier des clés à part non inscriptible : %s.") % folder)
    elif shared:
        yield _look(_("Dossier des clés à part ouvert à d’autres comptes : %s.") % folder)
    if folder.resolve().is_relative_to(Path(settings.HOME).resolve()):
        yield _look(
            _(
                "Dossier des clés à part dans celui des données : une copie de %s emporterait les "
                "clés avec ce qu’elles protègent. Déplacez-le et réglez PARVIS_KEYS_APART."
            )
            % settings.HOME
        )
    yield _good(
        _("Clés à part : %(count)d dans %(folder)s, hors des sauvegardes de Parvis.")
        % {"count": count, "folder": folder}
    )


def _translations() -> Iterator[Finding]:
    for folder in map(Path, settings.LOCALE_PATHS):
        for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
            compiled = source.with_suffix(".mo")
            name = source.relative_to(folder)
            if not compiled.exists():
                yield _broken(
                    _("Traduction non compilée : %s (tools/translations.py compile).") % name
                )
            elif source.stat().st_mtime - compiled.stat().st_mtime > INSTALLING_SECONDS:
                yield _look(_("Traduction plus récente que sa forme compilée : %s.") % name)
            else:
                yield _good(_("Traduction compilée : %s.") % name)


def _lock() -> Iterator[Finding]:
    path = database_lock.lock_path(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or path is None:
        return
    holder = database_lock.holder_of(path)
    if holder is None:
        yield _good(_("Aucun autre processus ne tient la base."))
    else:
        yield _good(
            _("Base tenue par le processus n° %(pid)d, « %(command)s », depuis %(since)s.")
            % {"pid": holder.pid, "command": holder.command, "since": holder.since}
        )


def _database() -> Iterator[Finding]:
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                yield from _sqlite(cursor)
            else:
                yield from _postgresql(cursor)
    except DatabaseError as error:
        yield _broken(_("La base de données ne répond pas : %s") % error)


def _sqlite(cursor: object) -> Iterator[Finding]:
    def pragma(name: str) -> str:
        cursor.execute(f"PRAGMA {name}")  # type: ignore[attr-defined]
        return str(cursor.fetchone()[0])  # type: ignore[attr-defined]

    mode, durability = pragma("journal_mode"), pragma("synchronous")
    in_memory = mode == "memory"
    if mode != "wal" and not in_memory:
        yield _broken(_("SQLite : journal en mode « %s » au lieu de WAL.") % mode)
    if durability not in ("2", "3"):
        yield _broken(_("SQLite : synchronous=%s, l’acquittement n’est pas durable.") % durability)
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        yield _good(
            _("SQLite %s : un seul processus écrit, ce qui écarte son défaut connu en mode WAL.")
            % version
        )
    else:
        yield _good(_("SQLite %s.") % version)
    damage = pragma("quick_check(1)")
    if damage != "ok":
        yield _broken(_("La base SQLite est abîmée : %s") % damage)


def _postgresql(cursor: object) -> Iterator[Finding]:
    def show(name: str) -> str:
        cursor.execute(f"SHOW {name}")  # type: ignore[attr-defined]
        return str(cursor.fetchone()[0])  # type: ignore[attr-defined]

    yield _good(_("PostgreSQL %s.") % show("server_version"))
    if int(show("server_version_num")) < 150000:
        yield _broken(_("PostgreSQL 15 ou plus récent est nécessaire."))
    for name in DURABILITY:
        value = show(name)
        if value in ("off", "local"):
            yield _broken(
                _("PostgreSQL : %(name)s=%(value)s, l’acquittement n’est pas durable.")
                % {
                    "name": name,
                    "value": value,
                }
            )


def _migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        yield _broken(_("%d migration(s) à appliquer : parvis migrate.") % len(pending))
    else:
        yield _good(_("Base à jour."))


def _clocks() -> Iterator[Finding]:
    if timezone.now().year < 2026:
        yield _broken(_("L’horloge de la machine est fausse : %s.") % timezone.now().isoformat())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            offset = abs(float(cursor.fetchone()[0]) - time.time())
        sentence = _("Écart entre les horloges : %.1f s.") % offset
        yield _look(sentence) if offset > CLOCK_TOLERANCE_SECONDS else _good(sentence)


def _mail() -> Iterator[Finding]:
    for state, verdict in ((MailState.UNKNOWN, _look), (MailState.FAILED, _look)):
        count = OutgoingMail.objects.filter(state=state).count()
        if count:
            yield verdict(
                _("%(count)d courriel(s) à l’état « %(state)s » : voir « parvis mail ».")
                % {"count": count, "state": state.label}
            )
    late = OutgoingMail.objects.filter(
        state__in=[MailState.QUEUED, MailState.SENDING], queued_at__lt=timezone.now() - LATE_MAIL
    )
    waiting = late.count()
    if waiting:
        last = late.exclude(error="").order_by("-next_attempt_at").first()
        yield _broken(
            _("%(count)d courriel(s) en attente depuis plus de 30 minutes. %(error)s")
            % {"count": waiting, "error": last.error if last else ""}
        )
    else:
        yield _good(_("Aucun courriel en retard."))


def _tasks() -> Iterator[Finding]:
    now = timezone.now()
    for parked in leases.parked().order_by("finished_at")[:20]:
        yield _broken(
            _(
                "Tâche garée après %(attempts)d essais : %(name)s (%(id)s), %(error)s. "
                "« parvis worker --restart %(id)s » la remet en file."
            )
            % {
                "attempts": len(parked.worker_ids),
                "name": parked.task_path,
                "id": parked.pk,
                "error": parked.exception_class_path,
            }
        )
    late = DBTaskResult.objects.ready().filter(enqueued_at__lt=now - LATE_TASK, worker_ids=[])
    if late.exists():
        yield _broken(
            _("%d tâche(s) attendent depuis plus de 30 minutes : « parvis worker » tourne-t-il ?")
            % late.count()
        )
    else:
        yield _good(_("Aucune tâche en retard."))
    long = DBTaskResult.objects.filter(
        status=TaskResultStatus.RUNNING, started_at__lt=now - LONG_TASK
    )
    for task in long:
        yield _look(_("Tâche en cours depuis plus d’une heure : %s.") % task.task_path)


def _schedule() -> Iterator[Finding]:
    late = ScheduleState.objects.filter(next_due_at__lt=timezone.now() - LATE_TASK)
    for state in late.order_by("name"):
        yield _broken(_("Travail périodique en retard : %s.") % state.name)


def _files() -> Iterator[Finding]:
    count, missing = 0, []
    for path, _sha256 in referenced_files():
        count += 1
        if not path.is_file():
            missing.append(path.name)
    if missing:
        yield _broken(
            _("%(missing)d pièce(s) sur %(count)d manquent sur le disque : %(names)s.")
            % {"missing": len(missing), "count": count, "names": ", ".join(missing[:5])}
        )
    else:
        yield _good(_("%d pièce(s) : toutes sur le disque.") % count)
