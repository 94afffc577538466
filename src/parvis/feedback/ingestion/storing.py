"""Receipts and events on the disk, with one statement a table whatever their number."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import orjson
from django.db import connection

from parvis.feedback.models import Device, Receipt
from parvis.foundation.row_arrays import as_array, as_sqlite_keeps, insert_rows

# Identifiers in one question: SQLite allows 32,766 parameters, PostgreSQL more.
_TOGETHER = 5_000

_ANSWER_COLUMNS = {
    "id": "uuid",
    "received_at": "timestamptz",
    "organisation_id": "bigint",
    "touchpoint_id": "bigint",
    "device_id": "bigint",
    "version_id": "bigint",
    "question_id": "bigint",
    "visit": "uuid",
    "sequence": "bigint",
    "value": "bigint",
    "level": "smallint",
    "language": "varchar",
    "device_time_ms": "bigint",
    "occurred_at": "timestamptz",
    "time_quality": "smallint",
    "day": "date",
    "hour": "smallint",
    "exclusion": "smallint",
}


class Event(NamedTuple):
    """A row of `Answer`: the same names, in the order of the columns above."""

    id: UUID
    received_at: datetime
    organisation_id: int
    touchpoint_id: int
    device_id: int
    version_id: int
    question_id: int
    visit: UUID
    sequence: int
    value: int
    level: int
    language: str
    device_time_ms: int
    occurred_at: datetime | None
    time_quality: int
    day: date
    hour: int
    exclusion: int


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept under an identifier."""

    content_hash: bytes
    is_kept_apart: bool


def add_receipts(rows: Iterable[tuple[UUID, bytes, datetime, bool]]) -> set[UUID]:
    """Write the receipts that are new; return their identifiers.

    Another process may be writing the same: PostgreSQL waits for it and leaves its row; SQLite has
    one writer at a time.
    """
    ordered = sorted(rows, key=lambda row: row[0].int)
    if not ordered:
        return set()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "INSERT INTO feedback_receipt (id, content_hash, received_at, is_kept_apart)"
                " SELECT id, decode(content, 'hex'), at, apart"
                " FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::boolean[])"
                " AS sent (id, content, at, apart) ON CONFLICT DO NOTHING RETURNING id",
                [as_array(column) for column in zip(*ordered, strict=True)],
            )
            return {number for (number,) in cursor.fetchall()}
        known = known_receipts([row[0] for row in ordered])
        new = [row for row in ordered if row[0] not in known]
        cursor.executemany(
            "INSERT INTO feedback_receipt (id, content_hash, received_at, is_kept_apart)"
            " VALUES (%s, %s, %s, %s)",
            [[as_sqlite_keeps(cell) for cell in row] for row in new],
        )
        return {row[0] for row in new}


def known_receipts(numbers: Collection[UUID]) -> dict[UUID, Known]:
    """What is kept under each of these identifiers, for those that are."""
    found: dict[UUID, Known] = {}
    wanted = list(numbers)
    for start in range(0, len(wanted), _TOGETHER):
        rows = Receipt.objects.filter(pk__in=wanted[start : start + _TOGETHER]).values_list(
            "pk", "content_hash", "is_kept_apart"
        )
        found.update({pk: Known(bytes(content), apart) for pk, content, apart in rows})
    return found


def add_answers(events: Sequence[Event]) -> None:
    """Write events whose receipts were just written by the same transaction."""
    if events:
        insert_rows("feedback_answer", _ANSWER_COLUMNS, events)


# What ingestion remembers of a device, with PostgreSQL types.
_REMEMBERED = {
    "last_seen_at": "timestamptz",
    "app_version": "text",
    "queue_length": "integer",
    "put_aside": "integer",
    "storage_left_bytes": "bigint",
    "clock_offset_ms": "bigint",
    "highest_sequence": "bigint",
    "missing_sequences": "jsonb",
    "last_visit_at": "timestamptz",
    "last_level": "smallint",
    "streak_length": "integer",
    "same_level_length": "integer",
    "last_visit": "uuid",
    "last_exclusion": "smallint",
}
# Texts that may hold anything: psycopg quotes them.
_QUOTED = ("app_version", "missing_sequences")


def save_devices(devices: Sequence[Device]) -> None:
    """Write what is remembered of devices the caller holds the lock of, by one statement."""
    if not devices:
        return
    rows = []
    for device in devices:
        cells = {name: getattr(device, name) for name in _REMEMBERED}
        cells["missing_sequences"] = json.dumps(device.missing_sequences)
        rows.append([device.pk, *cells.values()])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            assigned = ", ".join(f"{name} = told.{name}" for name in _REMEMBERED)
            arrays = ", ".join(f"%s::{kind}[]" for kind in ("bigint", *_REMEMBERED.values()))
            columns = dict(zip(("id", *_REMEMBERED), zip(*rows, strict=True), strict=True))
            cursor.execute(
                f"UPDATE feedback_device SET {assigned} FROM unnest({arrays})"  # noqa: S608
                f" AS told (id, {', '.join(_REMEMBERED)}) WHERE feedback_device.id = told.id",
                [
                    list(column) if name in _QUOTED else as_array(column)
                    for name, column in columns.items()
                ],
            )
        else:
            assigned = ", ".join(
                f"{name} = told.value ->> {position}"
                for position, name in enumerate(_REMEMBERED, start=1)
            )
            cursor.execute(
                f"UPDATE feedback_device SET {assigned} FROM json_each(%s) AS told"  # noqa: S608
                " WHERE feedback_device.id = told.value ->> 0",
                [orjson.dumps([[as_sqlite_keeps(cell) for cell in row] for row in rows]).decode()],
            )
