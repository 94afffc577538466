"""`parvis worker`: background work as a process of its own, beside `parvis serve`."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from parvis.foundation import schedule
from parvis.foundation.worker import Worker, run_pending


class Command(BaseCommand):
    help = "Envoie les courriels et exécute les tâches de fond, jusqu’à ce qu’on l’arrête."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="fait ce qui est dû maintenant, puis s’arrête"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            schedule.queue_due()
            run_pending()
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        Worker(stop).run()
