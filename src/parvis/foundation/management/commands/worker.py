"""`parvis worker`: background work as a process of its own, beside `parvis serve`."""

from __future__ import annotations

import signal
import threading
import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from parvis.foundation import leases, schedule
from parvis.foundation.worker import Worker, run_pending


class Command(BaseCommand):
    help = "Envoie les courriels et exécute les tâches de fond, jusqu’à ce qu’on l’arrête."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="fait ce qui est dû maintenant, puis s’arrête"
        )
        parser.add_argument(
            "--restart", type=uuid.UUID, metavar="ID", help="remet en file une tâche garée"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["restart"]:
            if not leases.restart(options["restart"]):
                raise CommandError(_("Aucune tâche garée ne porte ce numéro."))
            return
        if options["once"]:
            schedule.queue_due()
            run_pending()
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        Worker(stop).run()
