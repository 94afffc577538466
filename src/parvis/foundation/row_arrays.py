"""Many rows by one statement, on both databases: an array a column, or a document of all of them.

One statement is one wait for the interpreter's lock on SQLite, and one question to PostgreSQL,
where a row each would be as many: beside busy threads, those waits cost more than the writing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection


def insert_rows(
    table: str,
    columns: Mapping[str, str],
    rows: Sequence[tuple[Any, ...]],
    *,
    on_conflict: str = "",
) -> None:
    """Insert all the rows. `columns` gives their names and PostgreSQL types."""
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays}) {on_conflict}",  # noqa: S608
                [as_array(column) for column in zip(*rows, strict=True)],
            )
        else:
            cells = ", ".join(f"value ->> {position}" for position in range(len(columns)))
            cursor.execute(
                # WHERE true: else SQLite would read ON CONFLICT as a condition of a join.
                f"INSERT INTO {table} ({names}) SELECT {cells} FROM json_each(%s) WHERE true"  # noqa: S608
                f" {on_conflict}",
                [orjson.dumps([[as_sqlite_keeps(cell) for cell in row] for row in rows]).decode()],
            )


def as_array(column: Iterable[Any]) -> str:
    """A column as PostgreSQL writes an array: numbers, dates, identifiers and codes need no quotes.

    psycopg writes one too, but looks each cell over for what could need them: half of the time of a
    batch.
    """
    return "{" + ",".join(map(_array_cell, column)) + "}"


def _array_cell(cell: Any) -> str:
    if cell is None:
        return "NULL"
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, bytes):
        return cell.hex()
    if isinstance(cell, str) and not cell.isalnum():
        raise ValueError(f"{cell!r} would need quotes")
    return str(cell)


def as_sqlite_keeps(cell: Any) -> Any:
    """A cell as Django writes it on SQLite: identifiers without dashes, moments in UTC."""
    if isinstance(cell, UUID):
        return cell.hex
    if isinstance(cell, datetime):
        return str(cell.astimezone(UTC).replace(tzinfo=None))
    if isinstance(cell, date):
        return cell.isoformat()
    return cell
