"""`parvis load_directory`: load or update the national directory of public bodies."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from parvis.foundation.errors import Refusal
from parvis.organisations.operations import load_directory


class Command(BaseCommand):
    help = "Charge ou met à jour l’annuaire des communes, EPCI, départements et régions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        source = parser.add_mutually_exclusive_group()
        source.add_argument("--year", type=int, help="une année livrée avec le logiciel")
        source.add_argument("--file", type=Path, help="un autre fichier (voir data/README.md)")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.perf_counter()
        try:
            changes = load_directory(by=None, year=options["year"], file=options["file"])
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(
            _(
                "Annuaire %(year)d : %(created)d organismes créés, %(updated)d modifiés, "
                "%(renamed)d renommés, %(ended)d disparus ; %(memberships_begun)d appartenances "
                "commencées, %(memberships_ended)d finies ; %(seconds).1f s."
            )
            % {**asdict(changes), "seconds": time.perf_counter() - started}
        )
