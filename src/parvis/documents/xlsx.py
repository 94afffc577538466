"""A spreadsheet file (Office Open XML) written as it comes, in pieces that a crash does not undo.

The file only grows: bytes once reported by `commit` never change, so that a writer killed half-way
goes on from its last committed state (`XlsxState`, plain JSON) after the file is cut back to
`state["size"]` bytes. Each piece of a sheet is compressed on its own and ends on a whole byte: the
pieces laid end to end are one DEFLATE stream. Memory does not depend on the number of rows.

Text cells are inline strings, which no spreadsheet takes for a formula.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, TypedDict
from xml.sax.saxutils import escape

from parvis.documents.spreadsheets import Cell

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A sheet holds 1,048,576 rows; the first is the heading.
MAX_ROWS_OF_A_SHEET = 1_048_575
MAX_CELL_CHARACTERS = 32_767
# Offsets and sizes of a plain ZIP file are 32 bits wide.
MAX_BYTES = 2**32 - 1

_EPOCH = date(1899, 12, 30).toordinal()
# Rows compressed at once: what the processor's cache holds.
_ROWS_AT_ONCE = 250
# What XML 1.0 cannot hold, even escaped.
_FORBIDDEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF], "\ufffd")
_FORBIDDEN |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
# Most texts have nothing to mend: finding that out is much faster than mending.
_TO_MEND = re.compile("[&<>\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# 1980-01-01, the first day a ZIP file knows: the same rows give the same bytes.
_DOS_DATE = 0x21
# Sizes and checksum follow the data; names are UTF-8.
_FLAGS = 0x0808
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_AFTER = struct.Struct("<4sIII")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")


class Part(TypedDict):
    """One file of the archive. Sizes in bytes."""

    name: str
    offset: int
    crc: int
    compressed: int
    uncompressed: int


class XlsxState(TypedDict):
    """Where a writer stands; `rows` counts those of the last sheet, heading left out."""

    size: int
    sheets: int
    rows: int
    parts: list[Part]


def new_state() -> XlsxState:
    return {"size": 0, "sheets": 0, "rows": 0, "parts": []}


class XlsxWriter:
    """Write rows under headings to `file`, opened for writing at the end of the committed bytes."""

    def __init__(
        self,
        file: BinaryIO,
        state: XlsxState,
        *,
        headers: Sequence[str],
        sheet_name: str,
        rows_of_a_sheet: int = MAX_ROWS_OF_A_SHEET,
    ) -> None:
        self._file = file
        self._state: XlsxState = {**state, "parts": [Part(**part) for part in state["parts"]]}
        self._headers = list(headers)
        self._sheet_name = sheet_name
        self._rows_of_a_sheet = rows_of_a_sheet
        self._deflater: Any = None

    def write(self, rows: Sequence[str]) -> None:
        """Write rows made by `row_of` from cells made by `cells_of`."""
        start = 0
        while start < len(rows):
            if not self._state["sheets"] or self._state["rows"] >= self._rows_of_a_sheet:
                self._next_sheet()
            room = self._rows_of_a_sheet - self._state["rows"]
            taken = rows[start : start + min(room, _ROWS_AT_ONCE)]
            self._text("".join(taken))
            self._state["rows"] += len(taken)
            start += len(taken)

    def commit(self) -> XlsxState:
        """Push out all that was written and say where the file stands."""
        if self._state["sheets"]:
            self._flush(zlib.Z_FULL_FLUSH)
        return {**self._state, "parts": [Part(**part) for part in self._state["parts"]]}

    def finish(self) -> XlsxState:
        """Close the last sheet and write what binds the sheets into a workbook."""
        if not self._state["sheets"]:
            self._next_sheet()
        self._end_sheet()
        for name, text in self._frame():
            self._begin(name)
            self._text(text)
            self._end()
        start = self._state["size"]
        for part in self._state["parts"]:
            encoded = part["name"].encode()
            self._raw(
                _CENTRAL.pack(
                    b"PK\x01\x02", 20, 20, _FLAGS, 8, 0, _DOS_DATE, part["crc"], part["compressed"],
                    part["uncompressed"], len(encoded), 0, 0, 0, 0, 0, part["offset"],
                )
                + encoded
            )  # fmt: skip
        count, size = len(self._state["parts"]), self._state["size"] - start
        self._raw(_END.pack(b"PK\x05\x06", 0, 0, count, count, size, start, 0))
        return self._state

    # --- Sheets ----------------------------------------------------------------------------------

    def _next_sheet(self) -> None:
        if self._state["sheets"]:
            self._end_sheet()
        self._state["sheets"] += 1
        self._state["rows"] = 0
        self._begin(f"xl/worksheets/sheet{self._state['sheets']}.xml")
        self._text(
            f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
            "</sheetView></sheetViews><sheetData>"
        )
        self._text(row_of("".join(_cell(header, ' s="2"') for header in self._headers)))

    def _end_sheet(self) -> None:
        self._text("</sheetData></worksheet>")
        self._end()

    def _frame(self) -> list[tuple[str, str]]:
        numbers = range(1, self._state["sheets"] + 1)
        base = escape(self._sheet_name, {'"': "&quot;"})[:24]
        sheets = "".join(
            f'<sheet name="{base if n == 1 else f"{base} {n}"}" sheetId="{n}" r:id="rId{n}"/>'
            for n in numbers
        )
        relations = "".join(
            f'<Relationship Id="rId{n}" Type="{_RELATIONS}/worksheet" '
            f'Target="worksheets/sheet{n}.xml"/>'
            for n in numbers
        )
        overrides = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" '
            f'ContentType="{_OFFICE}.worksheet+xml"/>'
            for n in numbers
        )
        return [
            (
                "xl/workbook.xml",
                f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets>'
                "</workbook>",
            ),
            (
                "xl/_rels/workbook.xml.rels",
                f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{relations}'
                f'<Relationship Id="rIdStyles" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
                "</Relationships>",
            ),
            ("xl/styles.xml", _STYLES),
            (
                "_rels/.rels",
                f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
                f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            ),
            (
                "[Content_Types].xml",
                f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
                '<Default Extension="rels" '
                'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                '<Default Extension="xml" ContentType="application/xml"/>'
                f'<Override PartName="/xl/workbook.xml" ContentType="{_OFFICE}.sheet.main+xml"/>'
                f'<Override PartName="/xl/styles.xml" ContentType="{_OFFICE}.styles+xml"/>'
                f"{overrides}</Types>",
            ),
        ]

    # --- Archive ---------------------------------------------------------------------------------

    def _raw(self, data: bytes) -> None:
        if self._state["size"] + len(data) > MAX_BYTES:
            raise OverflowError("beyond what a plain ZIP file holds")
        self._file.write(data)
        self._state["size"] += len(data)

    def _begin(self, name: str) -> None:
        self._state["parts"].append(
            Part(name=name, offset=self._state["size"], crc=0, compressed=0, uncompressed=0)
        )
        encoded = name.encode()
        self._raw(
            _LOCAL.pack(b"PK\x03\x04", 20, _FLAGS, 8, 0, _DOS_DATE, 0, 0, 0, len(encoded), 0)
            + encoded
        )
        self._deflater = None

    def _text(self, text: str) -> None:
        part, data = self._state["parts"][-1], text.encode()
        if self._deflater is None:
            self._deflater = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
        part["crc"] = zlib.crc32(data, part["crc"])
        part["uncompressed"] += len(data)
        if part["uncompressed"] > MAX_BYTES:
            raise OverflowError("beyond what a plain ZIP file holds")
        self._compressed(self._deflater.compress(data))

    def _flush(self, mode: int) -> None:
        if self._deflater is None:
            if mode != zlib.Z_FINISH:
                return
            self._deflater = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._compressed(self._deflater.flush(mode))
        if mode == zlib.Z_FINISH:
            self._deflater = None

    def _compressed(self, data: bytes) -> None:
        self._raw(data)
        self._state["parts"][-1]["compressed"] += len(data)

    def _end(self) -> None:
        self._flush(zlib.Z_FINISH)
        part = self._state["parts"][-1]
        self._raw(_AFTER.pack(b"PK\x07\x08", part["crc"], part["compressed"], part["uncompressed"]))


_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    "</styleSheet>"
)


def cells_of(values: Iterable[Cell]) -> str:
    """Cells side by side as a sheet holds them: a part of a row, made once where it comes again."""
    return "".join(_cell(value) for value in values)


def row_of(made: str) -> str:
    """A row of cells made by `cells_of`."""
    return f"<row>{made}</row>"


def _cell(value: Cell, style: str = "") -> str:
    if value is None or value == "":
        return f"<c{style}/>"
    if isinstance(value, str):
        text = value
    elif isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    elif isinstance(value, int | float | Decimal):
        return f"<c><v>{value}</v></c>"
    elif isinstance(value, datetime):
        text = value.isoformat()
    else:
        return f'<c s="1"><v>{value.toordinal() - _EPOCH}</v></c>'
    if len(text) > MAX_CELL_CHARACTERS or _TO_MEND.search(text):
        text = escape(text[:MAX_CELL_CHARACTERS].translate(_FORBIDDEN))
    space = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
    return f'<c{style} t="inlineStr"><is><t{space}>{text}</t></is></c>'
