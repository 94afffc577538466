"""`parvis feedback rebuild`: the counts computed again from the answers, or only compared."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django_scopes import scopes_disabled

from parvis.feedback.ingestion.rebuild import differences, rebuild


class Command(BaseCommand):
    help = "Recompute the counts of feedback from the answers, or compare them"

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="rebuild")
        rebuilding = acts.add_parser("rebuild", help="Recompute the counts from the answers")
        rebuilding.add_argument(
            "--check",
            action="store_true",
            help="change nothing: say whether the counts equal the answers, exit 1 if not",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        with scopes_disabled():
            if options["check"]:
                self._check()
            else:
                for rebuilt in rebuild():
                    print(
                        f"{rebuilt.table} : {rebuilt.cells} cellules, dont"
                        f" {rebuilt.mended} corrigées"
                    )
        print(f"Fait en {time.monotonic() - started:.1f} s.")

    @staticmethod
    def _check() -> None:
        found = differences()
        for difference in found:
            print(f"{difference.table} : {difference.cells} cellules diffèrent des réponses")
        if found:
            raise CommandError("Lancez « parvis feedback rebuild » pour recompter.")
        print("Les comptes sont égaux aux réponses.")
