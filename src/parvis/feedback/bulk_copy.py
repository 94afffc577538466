"""Columns sent to PostgreSQL by COPY, without a Python object a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection


def copy_columns(table: str, columns: Mapping[str, Any]) -> None:
    """Append rows to a table; the text is made by Arrow. `columns` are arrays of one length."""
    import pyarrow
    from pyarrow import csv

    text = pyarrow.BufferOutputStream()
    csv.write_csv(pyarrow.table(dict(columns)), text, csv.WriteOptions(include_header=False))
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT csv)") as copy,
    ):
        copy.write(text.getvalue())
