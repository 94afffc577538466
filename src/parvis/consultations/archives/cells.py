"""CSV cells that no spreadsheet runs and no line end breaks."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from parvis.documents.spreadsheets import harmless

Cell = str | int | float | date | None


class Sink(Protocol):
    """What rows are written to."""

    def write(self, text: str, /) -> object: ...


def write_rows(
    sink: Sink, columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, delimiter: str
) -> int:
    """Write a header and rows, one after the other; how many rows."""
    writer = csv.writer(sink, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        count += 1
    return count


def _cell(value: Cell) -> Cell:
    if isinstance(value, date):
        return value.isoformat()
    return harmless(value.replace("\x00", "")) if isinstance(value, str) else value
