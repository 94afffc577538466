"""The analyst's CSV file: its separator, its columns, its rows, and the numbers asked of it.

French spreadsheets write `;` between cells and a comma in numbers, others `,` and a point: both are
read, and nothing else is guessed.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from parvis.analyse.errors import InputError, quote
from parvis.analyse.messages import Message
from parvis.analyse.text_file import read_text

ID_COLUMN: Final = "id"
MOST_COLUMNS_NAMED: Final = 12
# Characters of the first line that may tell the separator.
LONGEST_HEAD: Final = 100_000

# `float` alone would also take "nan", "1_000" and digits of other scripts.
NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
NOT_FINITE: Final = re.compile(r"[+-]?(nan|inf|infinity|infini)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """One item of the file and the line it ends on."""

    id: str
    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DataFile:
    """A CSV file whose structure is sound; its numbers are read on demand."""

    path: str
    separator: str
    columns: tuple[str, ...]
    id_position: int
    rows: tuple[Row, ...]

    def numbers(self, column: str, *, gaps_allowed: bool) -> list[float]:
        """The numbers of a column, NaN for an empty cell where gaps are allowed.

        Raises
        ------
        InputError
            The column is missing or is the identifier; a cell is empty, or is not a finite number.
        """
        if column not in self.columns:
            named = ", ".join(quote(name) for name in self.columns[:MOST_COLUMNS_NAMED])
            if len(self.columns) > MOST_COLUMNS_NAMED:
                named += "…"
            raise InputError(Message.COLUMN_MISSING, file=self.path, field=column, columns=named)
        position = self.columns.index(column)
        if position == self.id_position:
            raise InputError(Message.COLUMN_IS_ID, file=self.path, field=column)
        numbers = []
        for row in self.rows:
            cell = row.cells[position]
            if cell:
                numbers.append(self._number(cell, row.line, column))
            elif gaps_allowed:
                numbers.append(math.nan)
            else:
                raise InputError(Message.CELL_EMPTY, file=self.path, line=row.line, field=column)
        return numbers

    def _number(self, cell: str, line: int, column: str) -> float:
        text = cell
        if "," in text and "." not in text:
            with_point = text.replace(",", ".", 1)
            if self.separator == ";":
                text = with_point
            elif NUMBER.fullmatch(with_point):
                self._refuse(Message.CELL_DECIMAL_COMMA, cell, line, column)
        if NOT_FINITE.fullmatch(text):
            self._refuse(Message.CELL_NOT_FINITE, cell, line, column)
        if not NUMBER.fullmatch(text):
            self._refuse(Message.CELL_NOT_A_NUMBER, cell, line, column)
        number = float(text)
        if math.isinf(number):
            self._refuse(Message.CELL_NOT_FINITE, cell, line, column)
        return number

    def _refuse(self, message: Message, cell: str, line: int, column: str) -> None:
        raise InputError(message, file=self.path, line=line, field=column, value=quote(cell))


def read_data(path: str) -> DataFile:
    """Read a CSV file and check its structure.

    Raises
    ------
    InputError
        Unreadable file, malformed CSV, a single column, unnamed or repeated columns, no row, a row
        of another length, an empty or repeated identifier.
    """
    text = read_text(path)
    separator = separator_of(text, path)
    # Strict, or an unclosed quote would swallow the rest of the file in silence.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    records: list[tuple[int, list[str]]] = []
    try:
        for record in reader:
            cells = [cell.strip() for cell in record]
            # Spreadsheets end their files with rows of empty cells.
            if any(cells):
                records.append((reader.line_num, cells))
    except csv.Error as error:
        raise InputError(Message.CSV_MALFORMED, file=path, line=reader.line_num) from error

    if not records:
        raise InputError(Message.FILE_EMPTY, file=path)
    header_line, columns = records[0]
    _check_columns(columns, path, header_line)
    lowered = [name.casefold() for name in columns]
    id_position = lowered.index(ID_COLUMN) if ID_COLUMN in lowered else 0
    if len(records) == 1:
        raise InputError(Message.CSV_NO_ROW, file=path)
    return DataFile(
        path=path,
        separator=separator,
        columns=tuple(columns),
        id_position=id_position,
        rows=tuple(_rows(records[1:], columns, id_position, path)),
    )


def separator_of(text: str, path: str) -> str:
    """The more frequent of `;` and `,` in the first line, outside quotes."""
    start = len(text) - len(text.lstrip())
    first_line = text[start : start + LONGEST_HEAD].splitlines()[0]
    outside_quotes = re.sub(r'"[^"]*"', "", first_line)
    semicolons, commas = outside_quotes.count(";"), outside_quotes.count(",")
    if semicolons == commas == 0:
        raise InputError(Message.CSV_NO_SEPARATOR, file=path, line=1)
    return ";" if semicolons >= commas else ","


def _check_columns(columns: Sequence[str], path: str, line: int) -> None:
    seen: set[str] = set()
    for number, name in enumerate(columns, start=1):
        if not name:
            raise InputError(Message.CSV_COLUMN_UNNAMED, file=path, line=line, number=number)
        if name in seen:
            raise InputError(Message.CSV_COLUMN_TWICE, file=path, line=line, field=name)
        seen.add(name)


def _rows(
    records: Sequence[tuple[int, list[str]]], columns: Sequence[str], id_position: int, path: str
) -> list[Row]:
    rows = []
    first_lines: dict[str, int] = {}
    for line, cells in records:
        if len(cells) != len(columns):
            raise InputError(
                Message.CSV_CELL_COUNT,
                file=path,
                line=line,
                found=len(cells),
                expected=len(columns),
            )
        identifier = cells[id_position]
        if not identifier:
            raise InputError(Message.ID_EMPTY, file=path, line=line, field=columns[id_position])
        if identifier in first_lines:
            raise InputError(
                Message.ID_TWICE,
                file=path,
                line=line,
                field=columns[id_position],
                id=quote(identifier),
                first=first_lines[identifier],
            )
        first_lines[identifier] = line
        rows.append(Row(id=identifier, line=line, cells=tuple(cells)))
    return rows
