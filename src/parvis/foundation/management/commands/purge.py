"""`parvis purge`: enforce every retention of the register of personal data now."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from parvis.foundation.purges import PurgeError, run_purges


class Command(BaseCommand):
    help = "Efface les données personnelles dont la durée de conservation est passée."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="compte sans rien effacer")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = run_purges(dry_run=options["dry_run"])
        except PurgeError as error:
            raise CommandError(_("Ces purges ont échoué : %s.") % error) from error
        for purged in done:
            self.stdout.write(f"{purged.rows:>8}  {purged.name}")
        total = sum(purged.rows for purged in done)
        sentence = _("%d ligne(s) à purger.") if options["dry_run"] else _("%d ligne(s) purgée(s).")
        self.stdout.write(sentence % total)
