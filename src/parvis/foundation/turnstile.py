"""How many requests of a web process compute at once, and making room while one only waits.

Python computes in one thread at a time. Threads that all want to, each for a moment, mostly pass
the turn to each other, and the thread that commits the answers of kiosks waits for its own among
them. So few requests compute at once; those that wait for a commit are many, since what waits
together is committed together, and they hold neither a place nor a database connection.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection

# How long a request waits for a database that is down before it is refused with a sentence.
UNREACHABLE_SECONDS = 5


class Turnstile:
    """So many places, given in the order of arrival; who comes back from a wait goes first."""

    def __init__(self, places: int) -> None:
        self._lock = threading.Lock()
        self._free = places
        self._arriving: deque[threading.Lock] = deque()
        self._returning: deque[threading.Lock] = deque()

    def enter(self, *, again: bool = False) -> None:
        """Wait for a place and take it; `again` after having left it for a wait."""
        with self._lock:
            if self._free:
                self._free -= 1
                return
            gate = threading.Lock()
            gate.acquire()
            (self._returning if again else self._arriving).append(gate)
        gate.acquire()

    def leave(self) -> None:
        """Hand the place over to who waits for it."""
        with self._lock:
            waiting = self._returning or self._arriving
            if not waiting:
                self._free += 1
                return
            gate = waiting.popleft()
        gate.release()


_held = threading.local()


def limited(application: Callable[..., Any], places: int) -> Callable[..., Any]:
    """The WSGI application, computing so many requests at once."""
    turnstile = Turnstile(places)

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        turnstile.enter()
        _held.turnstile = turnstile
        try:
            result: Iterable[bytes] = application(environ, start_response)
            return result
        finally:
            _held.turnstile = None
            turnstile.leave()

    return call


@contextlib.contextmanager
def stepping_aside() -> Iterator[None]:
    """While this thread only waits for another: give up its place and its connection.

    Outside a limited application, or inside a transaction, nothing is given up.
    """
    turnstile: Turnstile | None = getattr(_held, "turnstile", None)
    if turnstile is None or connection.in_atomic_block:
        yield
        return
    if _is_pooled():
        connection.close()
    turnstile.leave()
    try:
        yield
    finally:
        turnstile.enter(again=True)


def pool_connections(size: int) -> None:
    """Let the threads of this process share so many connections, for a server of databases.

    To be called before the first question of the process: threads keep a connection each otherwise.
    """
    if connection.vendor == "postgresql":
        connection.close()
        settings = connection.settings_dict
        settings["CONN_MAX_AGE"] = 0
        settings["OPTIONS"] = {
            **settings["OPTIONS"],
            "pool": {"min_size": 1, "max_size": size, "timeout": UNREACHABLE_SECONDS},
        }


def _is_pooled() -> bool:
    return bool(connection.settings_dict.get("OPTIONS", {}).get("pool"))
