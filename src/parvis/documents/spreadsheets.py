"""CSV files that a spreadsheet opens with a double click and that cannot run a formula.

A cell that a spreadsheet would take for a formula gets a leading apostrophe. French spreadsheets
expect semicolons and decimal commas; the byte order mark tells them that the text is UTF-8.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from defusedcsv import csv

from parvis.documents.language import Language

BYTE_ORDER_MARK = "\ufeff"

Cell = str | int | float | Decimal | bool | date | datetime | None

# Spreadsheets skip these before looking for a formula, and defusedcsv looks at the first one only.
_SKIPPED = " \t\r\n\u00a0\u202f\u3000\ufeff"
_FORMULA_STARTS = ("=", "+", "-", "@", "|", "%")
# East Asian versions of Excel and LibreOffice read the full-width signs too.
_WIDE_FORMULA_STARTS = ("＝", "＋", "－", "＠")
# What defusedcsv leaves alone although it begins with a sign.
_NUMBER = re.compile(r"-?[0-9,\.]+")


@dataclass(frozen=True)
class CsvDialect:
    delimiter: str
    decimal_mark: str


DIALECTS: dict[Language, CsvDialect] = {
    "fr": CsvDialect(delimiter=";", decimal_mark=","),
    "en": CsvDialect(delimiter=",", decimal_mark="."),
}


def stream_csv(
    headers: Sequence[str], rows: Iterable[Sequence[Cell]], *, language: Language
) -> Iterator[str]:
    """Yield a CSV file line by line, so that a long list never stands whole in memory.

    Numbers take the decimal mark of `language`; dates are ISO 8601, an instant keeping its offset;
    None is an empty cell and a truth value 1 or 0.

    Raises ValueError for a row that has not one cell per header, at that row.
    """
    dialect = DIALECTS[language]
    writer = csv.writer(_Line(), delimiter=dialect.delimiter, lineterminator="\r\n")
    yield BYTE_ORDER_MARK + _written(writer, [_harmless(str(header)) for header in headers])
    for row in rows:
        if len(row) != len(headers):
            raise ValueError(f"a row of {len(row)} cells under {len(headers)} headers")
        yield _written(writer, [_cell(value, dialect) for value in row])


class _Line:
    """What the csv writer takes for a file: it hands each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


class _Writer(Protocol):
    def writerow(self, row: Iterable[Any]) -> Any: ...


def _written(writer: _Writer, cells: list[str]) -> str:
    # The writer returns what `_Line.write` returned, which is the line itself.
    return str(writer.writerow(cells))


def _cell(value: Cell, dialect: CsvDialect) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int | float | Decimal):
        return format(value, "f" if isinstance(value, Decimal) else "").replace(
            ".", dialect.decimal_mark
        )
    if isinstance(value, date):
        return value.isoformat()
    return _harmless(str(value))


def harmless(text: str) -> str:
    """The text as `stream_csv` writes it, for a faster writer that checks nothing itself."""
    marked = _harmless(text)
    if marked == text and text.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text):
        return "'" + text.replace("|", "\\|")
    return marked


def _harmless(text: str) -> str:
    """Mark as text the formulas that defusedcsv lets pass: after blanks, or in wide signs."""
    content = text.lstrip(_SKIPPED)
    after_blanks = content != text and content.startswith(_FORMULA_STARTS)
    if after_blanks or content.startswith(_WIDE_FORMULA_STARTS):
        return "'" + text
    return text
