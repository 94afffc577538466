"""`parvis run EDITION [--wave N]`: compute the scores of a closed wave or of the whole edition."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from parvis.editions.models import Edition
from parvis.foundation.errors import Refusal
from parvis.results.operations import launch_run


class Command(BaseCommand):
    help = "Compute the scores of a closed wave, or of a whole edition."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("edition", help="address of the edition, e.g. edition-9")
        parser.add_argument("--wave", type=int, help="number of the wave; all of them by default")

    def handle(self, *args: Any, **options: Any) -> None:
        edition = Edition.objects.filter(slug=options["edition"]).first()
        if edition is None:
            raise CommandError(f"no edition at the address {options['edition']!r}")
        wave = None
        if options["wave"] is not None:
            wave = edition.waves.filter(number=options["wave"]).first()
            if wave is None:
                raise CommandError(f"no wave number {options['wave']} in this edition")
        try:
            run = launch_run(edition=edition, wave=wave, by=None)
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(
            f"run {run.number}: {run.organisation_count} organisations, "
            f"{run.contact_count} contacts, result sha256 {run.result_sha256}"
        )
