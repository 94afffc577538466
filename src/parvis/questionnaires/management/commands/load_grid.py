"""`parvis load_grid [FILE]`: bring a grid of criteria into the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from parvis.foundation.errors import Refusal
from parvis.questionnaires.grid_schema import GridError
from parvis.questionnaires.grids import default_grid_text, document_of, import_grid


class Command(BaseCommand):
    help = "Charge une grille de critères (fichier YAML ; sans fichier, la grille de référence)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, metavar="FICHIER")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path | None = options["file"]
        try:
            text = path.read_text(encoding="utf-8") if path else default_grid_text()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"Fichier illisible : {error}") from error
        try:
            grid = import_grid(text, None)
        except GridError as error:
            defects = "\n".join(f"- {message}" for message in error.messages)
            raise CommandError(f"Grille refusée, rien n’a changé :\n{defects}") from error
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        criteria = len(document_of(grid).criteria)
        self.stdout.write(
            f"{grid.title_fr}, version {grid.version} : {criteria} critères "
            f"(n° {grid.pk}, SHA-256 {grid.sha256[:12]}…)."
        )
