"""Serving pages with granian: how many processes and threads, and where the worker runs.

On PostgreSQL, web processes and workers are separate. On SQLite one process does everything, the
worker in a thread of it, because an embedded database is written by one process only.
"""

from __future__ import annotations

import gc
import logging
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from parvis.foundation import database_lock, turnstile
from parvis.foundation.worker import Worker

logger = logging.getLogger(__name__)

# Time given to the requests and the task at hand when the server is asked to stop.
STOP_SECONDS = 30
# The same for a web process whose main process was killed: it may hang with nobody to end it.
ORPHAN_SECONDS = 10.0
# Requests that may wait, beside those that compute, for their answers to be committed together.
WAITING_THREADS = 96
# Connections a web process keeps open: each phone of a room has one, at rest between two questions.
# The server counts those at rest among those it serves, and lets nobody in beyond.
MOST_CONNECTIONS = 8_192
# Those that wait to be accepted, as many as Linux lets wait unless told otherwise.
BACKLOG = 4_096
# Files of a process beside its connections: database, logs, what it serves.
OTHER_FILES = 512
# Connections of a web process beside those of its pages: the thread that commits, and one to spare.
OTHER_CONNECTIONS = 2


def serve(*, host: str, port: int, workers: int, threads: int, with_worker: bool) -> None:
    """Serve until asked to stop; raises `CommandError` when the database is not ready for it."""
    embedded = connection.vendor == "sqlite"
    if embedded and workers > 1:
        raise CommandError(
            _("Une base SQLite n’a qu’un seul processus qui écrit : --workers 1, ou PostgreSQL.")
        )
    refuse_unready_database()
    allow_connections()
    logging.getLogger("_granian").addFilter(_is_not_about_threads)
    server = Server(
        "parvis",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        # Few compute at once (`turnstile`), many wait for a commit.
        blocking_threads=threads + WAITING_THREADS,
        backlog=BACKLOG,
        backpressure=MOST_CONNECTIONS,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        log_dictconfig=settings.LOGGING,
        log_level=LogLevels(settings.LOGGING["root"]["level"].lower()),
    )
    database_lock.release_all()
    address = f"http://{host}:{port}/"
    server.serve(
        target_loader=partial(
            load_application, os.getpid(), with_worker and embedded, address, threads
        )
    )


def allow_connections() -> None:
    """Let this process and its web processes open as many files as they have connections.

    Where the machine allows fewer, it is said: what comes beyond would wait for ever.
    """
    wanted = MOST_CONNECTIONS + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < wanted:
        logger.warning(
            "open files are limited to %d: beyond about %d people at once, some will wait "
            "(LimitNOFILE=%d in the service, or ulimit -n)",
            allowed,
            max(allowed - OTHER_FILES, 0),
            wanted,
        )


def _is_not_about_threads(record: logging.LogRecord) -> bool:
    """Granian warns of many threads at each start; ours only wait."""
    return "Python threads" not in record.getMessage()


def refuse_unready_database() -> None:
    """Raise `CommandError` when another process holds the database or migrations are pending."""
    path = database_lock.lock_path(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and path is not None and database_lock.holder_of(path):
        database_lock.take(path)
    with database_lock.reading_only():
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError(
                _("La base de données n’est pas à jour : lancez d’abord « parvis migrate ».")
            )


def load_application(
    parent: int, with_worker: bool, address: str, threads: int, target: str
) -> Callable[..., Any]:
    """In a web process: the WSGI application, and the worker beside it for an embedded database.

    Says where the pages are once they can be asked for.
    """
    die_with_parent(parent)
    turnstile.pool_connections(threads + OTHER_CONNECTIONS)
    application: Callable[..., Any] = turnstile.limited(
        import_string(settings.WSGI_APPLICATION), threads
    )
    connection.ensure_connection()
    connection.close()
    if with_worker:
        threading.Thread(target=Worker().run, name="parvis-worker").start()
    sys.stdout.write(
        _("Parvis est ouvert : %(address)s (Ctrl+C pour arrêter)") % {"address": address}
    )
    sys.stdout.write("\n")
    sys.stdout.flush()
    # What is loaded stays: looking at it all again, the collector would stop everybody for a while.
    gc.collect()
    gc.freeze()
    return application


def die_with_parent(parent: int, patience: float = ORPHAN_SECONDS) -> None:
    """Stop when granian's main process is killed, instead of keeping the port and the database.

    `parent` is its number as it told it itself: asked for here, the number would be that of whoever
    takes orphans in, where the main process was killed in the very first instant.

    Nobody is left then to end a process that hangs while it stops, so it ends itself after
    `patience` seconds: what was acknowledged is committed by that time.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(patience)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="parvis-parent", daemon=True).start()
