"""`parvis demo`: build the demonstration where it does not stand yet, then serve it.

Each part says how long it took. A second run finds everything there and only starts.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from parvis.foundation.errors import Refusal
from parvis.web.demo.build import DEFAULT_ORGANISATIONS, DEFAULT_SEED, build


class Command(BaseCommand):
    help = "Prépare l’édition de démonstration, puis sert les pages ; refusée en service."

    # `serve` checks what it serves; checking twice would double the wait.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="préparer sans servir")
        parser.add_argument(
            "--organisations",
            type=int,
            default=DEFAULT_ORGANISATIONS,
            help="nombre de participants (321, comme l’édition 8)",
        )
        parser.add_argument(
            "--seed",
            type=int,
            default=DEFAULT_SEED,
            help="graine du tirage : même graine, même démonstration",
        )
        parser.add_argument("--port", type=int, default=8000, help="port d’écoute")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                _("La démonstration est refusée ici : ces réglages sont ceux d’un vrai service.")
            )
        begun = time.monotonic()
        self._migrate()
        try:
            counts = build(
                organisations=options["organisations"], seed=options["seed"], step=self._step
            )
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        if counts is None:
            self.stdout.write(_("La démonstration est déjà prête."))
        else:
            self.stdout.write(
                _(
                    "Démonstration prête en %(seconds)s s : %(organisations)d organismes fictifs, "
                    "%(contacts)d prises de contact publiées, %(current_contacts)d en cours."
                )
                % {**counts, "seconds": _in_words(time.monotonic() - begun)}
            )
        if not options["no_serve"]:
            call_command("serve", port=options["port"])

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            with self._step(_("base de données")):
                call_command("migrate", interactive=False, verbosity=0)

    @contextmanager
    def _step(self, title: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        seconds = _in_words(time.monotonic() - begun)
        self.stdout.write(f"  {title} : {seconds} s")
        self.stdout.flush()


def _in_words(seconds: float) -> str:
    return f"{seconds:.1f}".replace(".", ",")
