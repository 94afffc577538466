"""Bringing in what another platform exported: looked at first, then written by a task.

What is written, and how nothing is written twice, is in `import_writing`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.accounts.models import Person
from parvis.consultations.import_enums import ImportFormat, ImportState
from parvis.consultations.imports.decidim import read_decidim
from parvis.consultations.imports.pabulib import read_pabulib
from parvis.consultations.imports.polis import read_polis
from parvis.consultations.imports.reading import MOST_BYTES, Reading, lots
from parvis.consultations.models import Contribution, ImportJob, Phase
from parvis.consultations.operations.import_writing import (
    LOT,
    check_phase,
    prepare_phase,
    refuse_mixing,
    source_of,
    takes_votes,
    token_of,
    write_texts,
    write_votes,
)
from parvis.consultations.phase_settings import MOST_CHOICES
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.uploads import UploadedFile, write_durably
from parvis.journal.operations import record


def root() -> Path:
    """The folder where files wait to be imported."""
    return Path(settings.HOME) / "consultation-imports"


def file_of(job: ImportJob) -> Path:
    return root() / f"{job.file_key}.import"


def check_import(*, phase: Phase, format: str, file: UploadedFile, by: Person) -> ImportJob:
    """Keep a file and say what is in it, line by line; nothing is written in the phase.

    Raise `Refusal` when it cannot be read, or this phase does not take such a file.
    """
    check_phase(phase, format)
    content = _received(file)
    reading = read(format, content)
    refuse_mixing(phase, reading)
    job = ImportJob(
        organisation_id=phase.organisation_id,
        phase=phase,
        format=format,
        sha256=hashlib.sha256(content).hexdigest(),
        by=by,
        rows_expected=len(reading.texts) + len(reading.ballots),
        report=_report(phase, reading),
    )
    write_durably(file_of(job), content)
    with transaction.atomic():
        job.save()
        _record("consultation.import_checked", job, by)
    return job


@transaction.atomic
def start_import(*, job: ImportJob, by: Person) -> ImportJob:
    """Queue the writing of what was looked at."""
    from parvis.consultations.tasks.imports import write_import

    held = ImportJob.objects.select_for_update().get(pk=job.pk)
    if held.state != ImportState.CHECKED:
        raise Conflict(_("Cet import est déjà lancé."))
    held.state = ImportState.QUEUED
    held.save(update_fields=["state"])
    write_import.enqueue(held.pk)
    _record("consultation.import_started", held, by)
    return held


@transaction.atomic
def discard_import(*, job: ImportJob, by: Person) -> None:
    """Forget an import that does not go on; what it wrote stays."""
    held = ImportJob.objects.select_for_update().get(pk=job.pk)
    if held.is_going_on:
        raise Conflict(_("Cet import est en cours : attendez sa fin."))
    _record("consultation.import_discarded", held, by)
    path = file_of(held)
    held.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def run_import(job_id: int) -> None:
    """Write what a file holds; once more, it goes on where it was. For the task."""
    with scopes_disabled():
        job = ImportJob.objects.select_related("phase__consultation").filter(pk=job_id).first()
        if job is None or not job.is_going_on:
            return
        ImportJob.objects.filter(pk=job.pk).update(state=ImportState.RUNNING)
        try:
            reading = read(job.format, file_of(job).read_bytes())
            check_phase(job.phase, job.format)
            if not job.rows_done:
                refuse_mixing(job.phase, reading)
            prepare_phase(job, reading)
            written = write_texts(job, reading)
            write_votes(job, reading, written)
        except (Refusal, FileNotFoundError) as error:
            sentence = getattr(error, "message", "") or _("Le fichier n’est plus là.")
            _finish(job, ImportState.FAILED, failure=sentence[:300])
        else:
            _finish(job, ImportState.DONE)
            file_of(job).unlink(missing_ok=True)


def read(format: str, content: bytes) -> Reading:
    """What a file of that format holds; raise `Refusal` when it cannot be read."""
    if format == ImportFormat.DECIDIM:
        return read_decidim(content)
    sha256 = hashlib.sha256(content).hexdigest()
    if format == ImportFormat.POLIS:
        return read_polis(content, sha256)
    if format == ImportFormat.PABULIB:
        return read_pabulib(content, sha256)
    raise Refusal(_("Choisissez un format."), field="format")


def _received(file: UploadedFile) -> bytes:
    content = bytearray()
    for chunk in file.chunks():
        content += chunk
        if len(content) > MOST_BYTES:
            raise Refusal(_("Ce fichier est trop gros : 60 Mo au plus."), field="file")
    return bytes(content)


def _report(phase: Phase, reading: Reading) -> dict[str, Any]:
    tokens = [token_of(phase, source_of(reading, text)) for text in reading.texts]
    known = sum(Contribution.objects.filter(token__in=lot).count() for lot in lots(tokens, LOT))
    return {
        "origin": reading.origin,
        "contributions": len(reading.texts),
        "known": known,
        "refused": sum(text.is_refused for text in reading.texts),
        "answered": sum(bool(text.verdict) for text in reading.texts),
        "votes": len(reading.ballots) if takes_votes(phase) else 0,
        "votes_left": 0 if takes_votes(phase) else len(reading.ballots),
        "voters": len(reading.ballots.voters),
        "themes": list(reading.themes.values())[:MOST_CHOICES],
        "sectors": list(reading.sectors.values())[:MOST_CHOICES],
        "settings": reading.settings,
        "examples": [text.title or text.text[:150] for text in reading.texts[:5]],
        "lines": [list(line) for line in reading.lines],
        "more": reading.lines_left_out,
    }


def _finish(job: ImportJob, state: str, *, failure: str = "") -> None:
    changes: dict[str, Any] = {"state": state, "failure": failure, "finished_at": timezone.now()}
    if state == ImportState.DONE:
        changes["rows_done"] = job.rows_expected
    with transaction.atomic():
        ImportJob.objects.filter(pk=job.pk).update(**changes)
        _record(f"consultation.import_{state}", job, job.by)


def _record(action: str, job: ImportJob, by: Person) -> None:
    record(
        action=action,
        actor_id=by.pk,
        subject=job,
        organisation_id=job.organisation_id,
        format=job.format,
        sha256=job.sha256,
        contributions=job.report.get("contributions", 0),
    )
