"""What a page costs: the time that passed, the processor time of each side, the queries.

The processor time of this process is that of Django, and of the database where it is SQLite; that
of PostgreSQL is the one of the server's process, where Linux tells it. Both say more than the time
that passed on a machine that others use.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class PageCosts:
    """Milliseconds of each time a page was asked for, and its queries."""

    passed: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    querying: list[float] = field(default_factory=list)
    queries: int = 0

    def add(self, act: Callable[[], object]) -> None:
        from django.db import connection

        times: list[float] = []

        def timed(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            started = time.perf_counter()
            try:
                return execute(sql, params, many, context)
            finally:
                times.append(time.perf_counter() - started)

        connection.ensure_connection()
        server = _server_nanoseconds()
        worked, started = time.process_time(), time.perf_counter()
        with connection.execute_wrapper(timed):
            act()
        self.passed.append((time.perf_counter() - started) * 1000)
        self.processor.append((time.process_time() - worked) * 1000)
        if server is not None and (after := _server_nanoseconds()) is not None:
            self.server.append((after - server) / 1e6)
        self.querying.append(sum(times) * 1000)
        self.queries = len(times)

    def print(self, label: str, name: str) -> None:
        parts = [f"{self.queries:3d} queries"]
        parts += [
            f"{said} {_middle_and_most(spent)}"
            for said, spent in (
                ("passed", self.passed),
                ("processor", self.processor),
                ("server", self.server),
                ("querying", self.querying),
            )
            if spent
        ]
        print(f"{label:<20} {name:<20} {'  '.join(parts)}")


def _middle_and_most(spent: Sequence[float]) -> str:
    """The median and the 95th percentile, without the first time, which warms every cache."""
    cuts = statistics.quantiles(spent[1:], n=20)
    return f"{statistics.median(spent[1:]):5.1f} {cuts[18]:5.1f}"


def _server_nanoseconds() -> int | None:
    """What the process that serves our connection has used of a processor."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return None
    if connection.connection is None:
        return None
    try:
        text = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
    except OSError:  # a server elsewhere, another system
        return None
    return int(text.split()[0])
