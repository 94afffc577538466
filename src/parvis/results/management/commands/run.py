"""`parvis run EDITION [--wave N]`: compute the scores of a closed wave or of the whole edition."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from parvis.editions.models import Edition
from parvis.foundation.errors import Refusal
from parvis.results.operations import launch_run


class Command(BaseCommand):
    help = "Calcule les scores d’une vague close, ou de toute l’édition."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("edition", help="adresse de l’édition, par exemple edition-9")
        parser.add_argument("--wave", type=int, help="numéro de la vague ; toutes par défaut")

    def handle(self, *args: Any, **options: Any) -> None:
        edition = Edition.objects.filter(slug=options["edition"]).first()
        if edition is None:
            raise CommandError(_("Aucune édition à l’adresse « %s ».") % options["edition"])
        wave = None
        if options["wave"] is not None:
            wave = edition.waves.filter(number=options["wave"]).first()
            if wave is None:
                raise CommandError(_("Cette édition n’a pas de vague %d.") % options["wave"])
        try:
            run = launch_run(edition=edition, wave=wave, by=None)
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(
            _(
                "Calcul n° %(number)d : %(organisations)d organismes, %(contacts)d prises de "
                "contact, empreinte du résultat %(sha256)s"
            )
            % {
                "number": run.number,
                "organisations": run.organisation_count,
                "contacts": run.contact_count,
                "sha256": run.result_sha256,
            }
        )
