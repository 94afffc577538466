"""Emptying PostgreSQL's tables after a test that commits, without making every table anew.

Django truncates all tables, which gives each of them and of their indexes another file, though a
test fills a few of them. Here they are locked as it does, so that what is under way is waited for,
then their rows deleted; triggers and foreign keys are off meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection

_EMPTY = """
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY[{names}] LOOP
    EXECUTE format('DELETE FROM %I', name);
  END LOOP;
END $$
"""


def delete_rows(
    operations: Any,
    style: Any,
    tables: Sequence[str],
    *,
    reset_sequences: bool = False,
    allow_cascade: bool = False,
) -> list[str]:
    """Statements in place of Django's `TRUNCATE`, for one transaction of a superuser."""
    assert not reset_sequences, "numbers go on from one test to the next"
    if not tables:
        return []
    locked = ", ".join(operations.quote_name(name) for name in tables)
    names = ", ".join(f"'{name}'" for name in tables)
    return [
        "SET LOCAL session_replication_role = replica",
        f"LOCK TABLE {locked} IN ACCESS EXCLUSIVE MODE",
        _EMPTY.format(names=names),
    ]


def empty_by_deleting(patch: pytest.MonkeyPatch) -> None:
    """From now on, on PostgreSQL, where our role may: only a superuser turns triggers off."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser')")
        if cursor.fetchone() == ("on",):
            patch.setattr(type(connection.ops), "sql_flush", delete_rows)
