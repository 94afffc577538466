"""Two acts at the same instant on a server's database, in the order that hurts.

The first has done all its work but is not committed yet when the second begins; the second then
waits for a row of the first, or goes on with what the first has not shown yet. An embedded
database runs one writing act after the other: there is nothing to race.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django_scopes import scopes_disabled


def needs_a_server() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("an embedded database runs one writing act at a time")


def at_once(first: Callable[[], object], second: Callable[[], object]) -> BaseException | None:
    """Do both; return what `second` raised, if anything.

    `first` is committed once `second` waits for it or is done, whichever comes first.
    """
    raised: list[BaseException] = []

    def run() -> None:
        try:
            with scopes_disabled():
                second()
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        first()
        thread.start()
        while thread.is_alive() and not _somebody_waits():
            thread.join(timeout=0.02)
    thread.join()
    return raised[0] if raised else None


def _somebody_waits() -> bool:
    """Whether another connection waits for a row or a transaction of this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return cursor.fetchone() is not None
