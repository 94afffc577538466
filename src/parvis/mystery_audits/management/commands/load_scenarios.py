"""`parvis load_scenarios`: bring the scenario library to what the shipped file says."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from parvis.mystery_audits.operations.scenarios import load_scenarios


class Command(BaseCommand):
    help = "Charge les scénarios livrés avec le logiciel ; peut être relancée."

    def handle(self, *args: Any, **options: Any) -> None:
        done = load_scenarios(by=None)
        self.stdout.write(
            _(
                "Scénarios : %(created)d ajoutés, %(corrected)d corrigés, %(retired)d retirés, "
                "%(unchanged)d inchangés."
            )
            % {
                "created": done.created,
                "corrected": done.corrected,
                "retired": done.retired,
                "unchanged": done.unchanged,
            }
        )
