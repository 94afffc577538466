"""`parvis backup FILE`: the whole installation in one archive, beside a server at work."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from parvis.foundation import database_lock
from parvis.foundation.backups import BackupError, make_backup


class Command(BaseCommand):
    help = "Sauvegarde la base de données et les pièces dans une seule archive."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="archive à écrire (.tar)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with database_lock.reading_only():
                manifest = make_backup(options["file"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        sentence = _("Écrit dans %(file)s : %(rows)d lignes, %(tables)d tables, %(files)d pièces.")
        self.stdout.write(
            sentence
            % {
                "file": options["file"],
                "rows": manifest.rows,
                "tables": len(manifest.tables),
                "files": len(manifest.files),
            }
        )
