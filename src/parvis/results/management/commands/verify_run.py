"""`parvis verify_run EDITION NUMBER`: compute a stored run again and compare the bytes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from parvis.results.models import Run
from parvis.results.operations import verify_run


class Command(BaseCommand):
    help = "Refait un calcul enregistré à partir de ses données et compare les octets."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("edition", help="adresse de l’édition, par exemple edition-9")
        parser.add_argument("number", type=int, help="numéro du calcul dans cette édition")

    def handle(self, *args: Any, **options: Any) -> None:
        run = Run.objects.filter(edition__slug=options["edition"], number=options["number"]).first()
        if run is None:
            raise CommandError(
                _("L’édition « %(edition)s » n’a pas de calcul n° %(number)d.") % options
            )
        found = verify_run(run)
        if not found.input_intact:
            raise CommandError(_("Les données enregistrées ne sont plus celles de l’empreinte."))
        if not found.result_intact:
            raise CommandError(_("Le résultat enregistré n’est plus celui de l’empreinte."))
        if not found.same_result:
            raise CommandError(
                _("Ce logiciel ne calcule pas le même résultat que la version %s.")
                % run.software_version
            )
        if not found.rows_intact:
            raise CommandError(
                _("Les lignes que lisent les pages ne sont plus celles du résultat enregistré.")
            )
        self.stdout.write(
            _("Le calcul n° %(number)d redonne les mêmes octets : %(sha256)s")
            % {"number": run.number, "sha256": run.result_sha256}
        )
