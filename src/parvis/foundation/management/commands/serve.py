"""`parvis serve`: serve the pages; with SQLite, the worker runs beside them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from parvis.foundation import serving


class Command(BaseCommand):
    help = "Sert les pages (et, avec SQLite, fait le travail de fond dans le même processus)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="adresse d’écoute")
        parser.add_argument("--port", type=int, default=8000, help="port d’écoute")
        parser.add_argument("--workers", type=int, default=1, help="processus web (SQLite : 1)")
        parser.add_argument(
            "--threads", type=int, default=4, help="pages calculées à la fois par processus"
        )
        parser.add_argument(
            "--no-worker", action="store_true", help="ne fait pas le travail de fond (SQLite)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        serving.serve(
            host=options["host"],
            port=options["port"],
            workers=options["workers"],
            threads=options["threads"],
            with_worker=not options["no_worker"],
        )
