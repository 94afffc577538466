"""`parvis restore FILE`: put an archive back, with the server stopped."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from parvis.foundation.backups import BackupError
from parvis.foundation.restores import restore_backup


class Command(BaseCommand):
    help = "Remet en place une sauvegarde, après en avoir vérifié chaque empreinte."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="archive écrite par « parvis backup »")
        parser.add_argument(
            "--force", action="store_true", help="remplace une base qui n’est pas vide"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            restored = restore_backup(options["file"], force=options["force"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            _(
                "Restauré et vérifié : %(rows)d lignes, %(files)d pièces. %(erased)d effacement(s) "
                "rejoué(s), %(mails)d courriel(s) retenu(s) (voir « parvis mail »)."
            )
            % {
                "rows": restored.manifest.rows,
                "files": len(restored.manifest.files),
                "erased": restored.erased_again,
                "mails": restored.mails_held_back,
            }
        )
