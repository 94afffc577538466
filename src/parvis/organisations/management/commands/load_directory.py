"""`parvis load_directory`: load or update the national directory of public bodies."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from parvis.foundation.errors import Refusal
from parvis.organisations.operations import load_directory


class Command(BaseCommand):
    help = "Load or update the directory of communes, EPCI, départements and régions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        source = parser.add_mutually_exclusive_group()
        source.add_argument("--year", type=int, help="a year shipped with the software")
        source.add_argument("--file", type=Path, help="another file (see data/README.md)")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.perf_counter()
        try:
            changes = load_directory(by=None, year=options["year"], file=options["file"])
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(
            f"{changes.year}: {changes.created} created, {changes.updated} updated, "
            f"{changes.renamed} renamed, {changes.ended} ended, "
            f"{changes.memberships_begun} memberships begun, "
            f"{changes.memberships_ended} ended, {time.perf_counter() - started:.1f} s"
        )
