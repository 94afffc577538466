"""CSV files read row by row by the names of their columns: too long to be kept as rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from parvis.analyse.data_file import MOST_COLUMNS_NAMED, separator_of
from parvis.analyse.errors import InputError, quote
from parvis.analyse.messages import Message
from parvis.analyse.text_file import read_text

# Some twenty million votes.
MEGABYTES: Final = 1000


class NamedRows:
    """The rows of a CSV file with named columns, each with the line it ends on.

    Names are compared without regard to case, and `_` is `-`. Cells are stripped; empty rows are
    passed over.

    Raises
    ------
    InputError
        From the start: an unreadable file, a column that is needed missing or there twice. While
        reading: malformed CSV, a row of another length.
    """

    def __init__(self, path: str, needed: Sequence[str]) -> None:
        self.path = path
        text = read_text(path, megabytes=MEGABYTES)
        # Strict, or an unclosed quote would swallow the rest of the file in silence.
        # From bytes: a StringIO would hold four bytes for each character.
        lines = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8", newline="")
        self._reader = csv.reader(lines, delimiter=separator_of(text, path), strict=True)
        self._records = self._sound_records()
        line, columns = next(self._records, (0, []))
        if not columns:
            raise InputError(Message.FILE_EMPTY, file=path)
        self._columns = [name.casefold().replace("_", "-") for name in columns]
        for name in needed:
            if name not in self._columns:
                named = ", ".join(quote(one) for one in columns[:MOST_COLUMNS_NAMED])
                if len(columns) > MOST_COLUMNS_NAMED:
                    named += "…"
                raise InputError(
                    Message.COLUMN_NEEDED, file=path, line=line, field=name, columns=named
                )
            if self._columns.count(name) > 1:
                raise InputError(Message.CSV_COLUMN_TWICE, file=path, line=line, field=name)

    def position(self, name: str) -> int:
        """Where a column is; −1 if it is not there."""
        return self._columns.index(name) if name in self._columns else -1

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        width = len(self._columns)
        for line, cells in self._records:
            if len(cells) != width:
                raise InputError(
                    Message.CSV_CELL_COUNT,
                    file=self.path,
                    line=line,
                    found=len(cells),
                    expected=width,
                )
            yield line, cells

    def _sound_records(self) -> Iterator[tuple[int, list[str]]]:
        try:
            for record in self._reader:
                cells = [cell.strip() for cell in record]
                # Spreadsheets end their files with rows of empty cells.
                if any(cells):
                    yield self._reader.line_num, cells
        except csv.Error as error:
            raise InputError(
                Message.CSV_MALFORMED, file=self.path, line=self._reader.line_num
            ) from error


def check_new(name: str, lines: dict[str, int], path: str, line: int, column: str) -> None:
    """Note an identifier with its line; raise `InputError` for an empty or a repeated one."""
    if not name:
        raise InputError(Message.ID_EMPTY, file=path, line=line, field=column)
    if name in lines:
        raise InputError(
            Message.ID_TWICE,
            file=path,
            line=line,
            field=column,
            id=quote(name),
            first=lines[name],
        )
    lines[name] = line
