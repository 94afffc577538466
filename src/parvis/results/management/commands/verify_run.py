"""`parvis verify_run EDITION NUMBER`: compute a stored run again and compare the bytes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from parvis.results.models import Run
from parvis.results.operations import verify_run


class Command(BaseCommand):
    help = "Compute a stored run again from its own input and compare the bytes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("edition", help="address of the edition, e.g. edition-9")
        parser.add_argument("number", type=int, help="number of the run in that edition")

    def handle(self, *args: Any, **options: Any) -> None:
        run = Run.objects.filter(edition__slug=options["edition"], number=options["number"]).first()
        if run is None:
            raise CommandError(f"no run {options['number']} in edition {options['edition']!r}")
        found = verify_run(run)
        if not found.input_intact:
            raise CommandError("the stored input is not the one that was hashed")
        if not found.result_intact:
            raise CommandError("the stored result is not the one that was hashed")
        if not found.same_result:
            raise CommandError(
                f"this software computes another result than version {run.software_version} did"
            )
        if not found.rows_intact:
            raise CommandError("the rows that pages read are not those of the stored result")
        self.stdout.write(f"run {run.number} gives the same bytes: {run.result_sha256}")
