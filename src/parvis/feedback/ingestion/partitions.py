"""The monthly partitions of the table of answers, on PostgreSQL only."""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection, transaction

# Any number: it names the making of partitions among advisory locks.
_LOCK = 7_305_812


def ensure_month(moment: datetime) -> None:
    """Make the partition of the month (UTC) of this moment, unless it is there.

    Rows of that month already in the default partition stay readable there: the partition is then
    not made, for the next months to have theirs.
    """
    if connection.vendor != "postgresql":
        return
    first = moment.date().replace(day=1)
    following = _next_month(first)
    name = f"feedback_answer_{first:%Y_%m}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [name])
        if cursor.fetchone()[0] is not None:
            return
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        # Not to_regclass again: it would answer from what this connection remembers, where another
        # process may have made the partition while we waited.
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_class"
            " WHERE relname = %s AND relnamespace = current_schema()::regnamespace)",
            [name],
        )
        if cursor.fetchone()[0]:
            return
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM feedback_answer_default"
            " WHERE received_at >= %s AND received_at < %s)",
            [f"{first}T00:00Z", f"{following}T00:00Z"],
        )
        if not cursor.fetchone()[0]:
            cursor.execute(
                f"CREATE TABLE {name} PARTITION OF feedback_answer"
                f" FOR VALUES FROM ('{first} 00:00+00') TO ('{following} 00:00+00')"
            )


def _next_month(first: date) -> date:
    return (
        first.replace(year=first.year + 1, month=1)
        if first.month == 12
        else first.replace(month=first.month + 1)
    )
