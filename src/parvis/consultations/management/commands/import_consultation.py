"""`parvis import_consultation`: a large export brought in from the server itself."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django_scopes import scopes_disabled

from parvis.accounts.models import Person
from parvis.consultations.import_enums import ImportFormat, ImportState
from parvis.consultations.models import ImportJob, Phase
from parvis.consultations.operations.importing import check_import, run_import
from parvis.foundation.errors import Refusal


class _File:
    """A file of the disk, or the folder of an export, as an upload."""

    def __init__(self, path: Path) -> None:
        self.name: str | None = path.name
        self._path = path

    def chunks(self) -> Iterator[bytes]:
        if self._path.is_dir():
            output = io.BytesIO()
            with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
                for path in sorted(self._path.glob("*.csv")):
                    archive.write(path, path.name)
            yield output.getvalue()
        else:
            yield self._path.read_bytes()


class Command(BaseCommand):
    help = "Import an export of Decidim, Polis or Pabulib into a phase of a consultation"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="code of the consultation, as in its public address")
        parser.add_argument("position", type=int, help="place of the phase, from 1")
        parser.add_argument("format", choices=ImportFormat.values)
        parser.add_argument("path", type=Path, help="the file, or the folder of a Polis export")
        parser.add_argument("--by", required=True, help="mail address of who imports")
        parser.add_argument("--check", action="store_true", help="say what is in it, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        with scopes_disabled():
            try:
                job = self._checked(options)
            except Refusal as refusal:
                raise CommandError(refusal.message) from None
            except OSError as error:
                raise CommandError(str(error)) from None
            report = job.report
            for line, sentence in report["lines"]:
                print(f"Ligne {line} : {sentence}")
            print(
                f"{report['contributions']} contributions ({report['known']} déjà reprises), "
                f"{report['votes']} votes de {report['voters']} votants."
            )
            if options["check"]:
                return
            ImportJob.objects.filter(pk=job.pk).update(state=ImportState.QUEUED)
            run_import(job.pk)
            job.refresh_from_db()
            if job.state != ImportState.DONE:
                raise CommandError(job.failure)
            print("Fini.")

    @staticmethod
    def _checked(options: dict[str, Any]) -> ImportJob:
        phase = (
            Phase.objects.select_related("consultation")
            .filter(consultation__code=options["code"], position=options["position"])
            .first()
        )
        by = Person.objects.filter(email__iexact=options["by"]).first()
        if phase is None or by is None:
            raise CommandError("Pas d’étape à ce code et à ce rang, ou personne à cette adresse.")
        return check_import(
            phase=phase, format=options["format"], file=_File(options["path"]), by=by
        )
