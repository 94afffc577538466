"""Writing an export: pieces of some seconds, so that the worker does its other work in between.

A piece ends on a committed cursor. Whoever is killed loses what it wrote since, and the next one
begins there; a lock on the file keeps two workers from writing it at once.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scope, scopes_disabled

from parvis.documents.spreadsheets import harmless
from parvis.feedback.exchange_enums import ExportFormat, ExportState
from parvis.feedback.exports.files import final_path, remove_files, root
from parvis.feedback.exports.rows import Cursor, Filters, RowMaker, page_after
from parvis.feedback.exports.writers import LostFileError, Writer, open_writer
from parvis.feedback.models import Answer, ExportJob

logger = logging.getLogger(__name__)

PIECE_SECONDS = 15.0
# A commit flushes the disk: not after each page.
COMMIT_ROWS = 50_000


class OvertakenError(Exception):
    """The export was removed, or another worker has written on."""


def run_piece(job_id: int, *, seconds: float = PIECE_SECONDS) -> bool:
    """Write on for some seconds; return whether there is more to write."""
    with scopes_disabled():
        job = ExportJob.objects.filter(pk=job_id).first()
    if job is None or not job.is_going_on:
        return False
    with scope(organisation=[job.organisation_id]), _alone(job) as is_alone:
        if not is_alone:
            # The worker that holds the file queues the rest itself.
            return False
        job.refresh_from_db()
        if not job.is_going_on:
            return False
        try:
            return _write_on(job, time.monotonic() + seconds)
        except OvertakenError:
            if not ExportJob.objects.filter(pk=job.pk).exists():
                remove_files(job.file_key)
            return False
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            return _stop(job, _("Le disque du serveur est plein. L’opérateur est prévenu."))
        except OverflowError:
            return _stop(
                job,
                _("Trop de réponses pour un classeur : choisissez CSV, Parquet ou une période."),
            )


def _write_on(job: ExportJob, deadline: float) -> bool:
    _begin(job)
    clean = harmless if job.format in (ExportFormat.CSV, ExportFormat.CSV_INTERNATIONAL) else str
    filters = Filters(job.touchpoint_id, job.first_day, job.last_day)
    writer = _open(job)
    cursor = _cursor(job)
    walked, written, uncommitted = job.rows_walked, job.rows_written, 0
    try:
        maker = RowMaker(job.organisation_id, writer.block, clean)
        while True:
            lines = page_after(job.organisation_id, cursor, before=job.received_before)
            kept = [line for line in filters.kept(lines) if maker.may_leave(line)]
            writer.write(maker.pieces(kept))
            walked, written = walked + len(lines), written + len(kept)
            uncommitted += len(lines)
            if lines:
                cursor = lines[-1].cursor
            is_late = time.monotonic() >= deadline
            if not lines or is_late or uncommitted >= COMMIT_ROWS:
                _commit(job, writer, cursor, walked, written)
                uncommitted = 0
            if not lines:
                writer.finish()
                _finish(job)
                return False
            if is_late:
                return True
    finally:
        writer.close()


def _begin(job: ExportJob) -> None:
    if job.rows_expected is None:
        job.rows_expected = Answer.objects.filter(
            organisation=job.organisation_id, received_at__lt=job.received_before
        ).count()
        _update(job, state=ExportState.RUNNING, rows_expected=job.rows_expected)


def _open(job: ExportJob) -> Writer[Any]:
    try:
        return open_writer(job.format, final_path(job), job.writer_state)
    except LostFileError:
        logger.warning("export begun again, its bytes are gone", extra={"export": job.pk})
        _update(
            job,
            cursor_received_at=None,
            cursor_id=None,
            rows_walked=0,
            rows_written=0,
            writer_state={},
        )
        return open_writer(job.format, final_path(job), {})


def _cursor(job: ExportJob) -> Cursor | None:
    if job.cursor_received_at is None or job.cursor_id is None:
        return None
    return Cursor(job.cursor_received_at, job.cursor_id)


def _commit(
    job: ExportJob, writer: Writer[Any], cursor: Cursor | None, walked: int, written: int
) -> None:
    state = writer.commit()
    _update(
        job,
        writer_state=state,
        cursor_received_at=cursor.received_at if cursor else None,
        cursor_id=cursor.id if cursor else None,
        rows_walked=walked,
        rows_written=written,
        progressed_at=timezone.now(),
    )


def _finish(job: ExportJob) -> None:
    _update(
        job,
        state=ExportState.DONE,
        finished_at=timezone.now(),
        size_bytes=final_path(job).stat().st_size,
    )


def _stop(job: ExportJob, sentence: str) -> bool:
    logger.error("export stopped", extra={"export": job.pk, "reason": sentence})
    remove_files(job.file_key)
    _update(job, state=ExportState.FAILED, finished_at=timezone.now(), failure=sentence)
    return False


def _update(job: ExportJob, **changes: object) -> None:
    """Write where the export stands, if it stands where we left it."""
    with transaction.atomic(durable=True):
        changed = ExportJob.objects.filter(
            pk=job.pk, state__in=[ExportState.QUEUED, ExportState.RUNNING],
            rows_walked=job.rows_walked,
        ).update(**changes)  # fmt: skip
    if not changed:
        raise OvertakenError(job.pk)
    for name, value in changes.items():
        setattr(job, name, value)


@contextmanager
def _alone(job: ExportJob) -> Iterator[bool]:
    """Hold the file; the system lets go of it when the process dies."""
    path = root() / f"{job.file_key}.lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
    with scopes_disabled():
        if not ExportJob.objects.filter(pk=job.pk, finished_at__isnull=True).exists():
            path.unlink(missing_ok=True)
