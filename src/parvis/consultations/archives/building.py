"""The ZIP of a consultation, written from one snapshot of the database, row by row.

Whatever happens while it is written is not in it: PostgreSQL gives one snapshot to all its
queries, SQLite too, without holding back those who vote. Memory holds a page of rows.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.consultations.archives import tables
from parvis.consultations.archives.cells import write_rows
from parvis.consultations.archives.description import data_package, read_me
from parvis.consultations.archives.votes import File, Numbers, PhaseVotes, Table, Text, votes_of
from parvis.consultations.models import Consultation
from parvis.consultations.pre_electoral import withheld
from parvis.foundation.addresses import absolute

SUMS = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Written:
    """A file of the archive once it is written; `rows` None where it is no table."""

    file: File
    size_bytes: int
    sha256: str
    rows: int | None


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive is about to hold, and when its rows were read."""

    consultation: Consultation
    made_at: datetime
    files: Sequence[File]
    votes: Sequence[PhaseVotes]


def build(consultation_id: int, path: Path) -> list[Written]:
    """Write the archive at `path`, which does not exist."""
    with scopes_disabled(), snapshot():
        contents = contents_of(
            Consultation.objects.select_related("organisation").get(pk=consultation_id)
        )
        with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as archive:
            written = [_write(archive, file, contents.made_at) for file in contents.files]
            for file in _about(contents, written):
                written.append(_write(archive, file, contents.made_at))
            sums = "".join(f"{one.sha256}  {one.file.name}\n" for one in written)
            _write(archive, Text(SUMS, "SHA-256", lambda: sums), contents.made_at)
    return written


def contents_of(consultation: Consultation) -> Contents:
    """The files of the archive, none of them read yet."""
    base_url = absolute(reverse("consultations:public", args=[consultation.code]))
    base_url = base_url or reverse("consultations:public", args=[consultation.code])
    with_answers = withheld(consultation) is None
    files: list[File] = [
        Table(
            "ideas.csv",
            "Idées, dans les colonnes de l’export de Decidim / Ideas, as Decidim exports them",
            tables.IDEAS_COLUMNS,
            lambda: tables.ideas_rows(consultation, base_url, with_answers=with_answers),
            ";",
        ),
        Table(
            "projects.csv",
            "Projets chiffrés / Costed projects",
            tables.PROJECTS_COLUMNS,
            lambda: tables.projects_rows(consultation),
            ";",
        ),
        Table(
            "comments.csv",
            "Commentaires, arguments et conditions / Comments, arguments and conditions",
            tables.COMMENTS_COLUMNS,
            lambda: tables.comments_rows(consultation),
            ";",
        ),
        Table(
            "decisions.csv",
            "Modération, réponses officielles, jalons / Moderation, official answers, milestones",
            tables.DECISIONS_COLUMNS,
            lambda: tables.decisions_rows(consultation, with_answers=with_answers),
            ";",
        ),
    ]
    numbers = Numbers()
    votes = []
    for phase in consultation.phases.all():
        phase.consultation = consultation
        found = votes_of(phase, numbers)
        if found is not None:
            votes.append(found)
            files += found.files
    return Contents(consultation, timezone.now(), files, votes)


def _about(contents: Contents, written: Sequence[Written]) -> Iterator[File]:
    yield Text("LISEZMOI.md", "Lisez-moi", lambda: read_me(contents, "fr"), "text/markdown")
    yield Text("README.md", "Read me", lambda: read_me(contents, "en"), "text/markdown")
    yield Text(
        "datapackage.json",
        "Description pour les programmes / Description for programs",
        lambda: data_package(contents, written),
        "application/json",
    )


@contextmanager
def snapshot() -> Iterator[None]:
    """One state of the database for all that is read inside; nothing is written.

    Inside a transaction it is that of the transaction.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        # A transaction of Django's would take the one place of the writer.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


class _Counted(io.RawIOBase):
    """Hashes and counts what goes through."""

    def __init__(self, stream: object) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        content = bytes(data)
        self.digest.update(content)
        self.size += len(content)
        self._stream.write(content)  # type: ignore[attr-defined]
        return len(content)


def _write(archive: zipfile.ZipFile, file: File, made_at: datetime) -> Written:
    local = timezone.localtime(made_at)
    name = zipfile.ZipInfo(file.name, local.timetuple()[:6])
    name.compress_type = zipfile.ZIP_DEFLATED
    name.external_attr = 0o644 << 16
    rows = None
    with archive.open(name, "w", force_zip64=True) as stream:
        counted = _Counted(stream)
        buffered = io.BufferedWriter(counted, 256 * 1024)  # type: ignore[type-var]
        text = io.TextIOWrapper(buffered, encoding="utf-8", errors="replace", newline="")
        if isinstance(file, Table):
            rows = write_rows(text, file.columns, file.rows(), delimiter=file.delimiter)
        else:
            text.write(file.text())
        text.flush()
    return Written(file, counted.size, counted.digest.hexdigest(), rows)
