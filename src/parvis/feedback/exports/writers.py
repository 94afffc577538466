"""The three kinds of files, each written piece by piece from a state kept in the database.

`commit` returns the state once the bytes are on the disk; a writer opened on a state forgets what
was written after it. CSV and XLSX are cut back to their committed size. Parquet keeps its index at
the end of the file, so its pieces are files of their own, put together in the end.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from django.utils.translation import gettext as _

from parvis.documents.spreadsheets import BYTE_ORDER_MARK, DIALECTS
from parvis.documents.xlsx import XlsxWriter, new_state
from parvis.feedback.exchange_enums import ExportFormat
from parvis.feedback.exports.rows import COLUMNS, HEADERS

_DAY = HEADERS.index("jour")
_READ_BY_ARROW = frozenset(name for name, kind in COLUMNS if kind in (date, datetime))

State = dict[str, Any]
Rows = Sequence[tuple[Any, ...]]


class LostFileError(Exception):
    """The bytes of a state are not on the disk: the export begins again."""


class Writer(Protocol):
    def write(self, rows: Rows) -> None: ...

    def commit(self) -> State: ...

    def finish(self) -> None:
        """Complete the file at its final place."""

    def close(self) -> None: ...


def open_writer(format: str, path: Path, state: State) -> Writer:
    """A writer of the file that ends at `path`; raises `LostFileError` when its bytes are gone."""
    if format == ExportFormat.PARQUET:
        return _Parquet(path, state)
    if format == ExportFormat.XLSX:
        return _Xlsx(path, state)
    return _Csv(path, state, DIALECTS["fr" if format == ExportFormat.CSV else "en"].delimiter)


class _Growing:
    """A file that only grows, beside its final place until it is finished."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._partial = path.with_name(f"{path.name}.partial")
        descriptor = os.open(self._partial, os.O_RDWR | os.O_CREAT, 0o600)
        self._file: BinaryIO = os.fdopen(descriptor, "r+b")
        if os.fstat(descriptor).st_size < size:
            self._file.close()
            raise LostFileError(self._partial.name)
        self._file.truncate(size)
        self._file.seek(size)

    def _flush(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def _move(self) -> None:
        self._flush()
        self._file.close()
        self._partial.rename(self._path)
        _flush_folder(self._path.parent)

    def close(self) -> None:
        self._file.close()


class _Csv(_Growing):
    def __init__(self, path: Path, state: State, delimiter: str) -> None:
        super().__init__(path, state.get("size", 0))
        self._delimiter = delimiter
        if not state:
            self._file.write(BYTE_ORDER_MARK.encode())
            self.write([HEADERS])

    def write(self, rows: Rows) -> None:
        # Texts come already harmless; the writer of the standard library is much faster.
        lines = io.StringIO(newline="")
        csv.writer(lines, delimiter=self._delimiter, lineterminator="\r\n").writerows(rows)
        self._file.write(lines.getvalue().encode("utf-8", "replace"))

    def commit(self) -> State:
        self._flush()
        return {"size": self._file.tell()}

    def finish(self) -> None:
        self._move()


class _Xlsx(_Growing):
    def __init__(self, path: Path, state: State) -> None:
        super().__init__(path, state.get("size", 0))
        known: Any = state or new_state()
        self._writer = XlsxWriter(self._file, known, headers=HEADERS, sheet_name=_("Réponses"))

    def write(self, rows: Rows) -> None:
        self._writer.write(
            [*row[:_DAY], date.fromisoformat(row[_DAY]), *row[_DAY + 1 :]] for row in rows
        )

    def commit(self) -> State:
        state = self._writer.commit()
        self._flush()
        return dict(state)

    def finish(self) -> None:
        self._writer.finish()
        self._move()


class _Parquet:
    def __init__(self, path: Path, state: State) -> None:
        import pyarrow

        self._path = path
        self._parts = int(state.get("parts", 0))
        if not all(self._part(number).exists() for number in range(self._parts)):
            raise LostFileError(path.name)
        types = {
            str: pyarrow.string(),
            int: pyarrow.int64(),
            date: pyarrow.date32(),
            datetime: pyarrow.timestamp("ms", tz="UTC"),
        }
        self._schema = pyarrow.schema([(name, types[kind]) for name, kind in COLUMNS])
        self._tables: list[Any] = []

    def _part(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number:06d}")

    def write(self, rows: Rows) -> None:
        import pyarrow

        if rows:
            columns = [
                # Texts of moments and days are read by the library, much faster than here.
                pyarrow.array(values).cast(field.type)
                if field.name in _READ_BY_ARROW
                else pyarrow.array(values, type=field.type)
                for values, field in zip(zip(*rows, strict=True), self._schema, strict=True)
            ]
            self._tables.append(pyarrow.Table.from_arrays(columns, schema=self._schema))

    def commit(self) -> State:
        import pyarrow
        from pyarrow import parquet

        if self._tables:
            part = self._part(self._parts)
            parquet.write_table(pyarrow.concat_tables(self._tables), part, compression="zstd")
            _flush_file(part)
            self._parts += 1
            self._tables.clear()
        return {"parts": self._parts}

    def finish(self) -> None:
        from pyarrow import parquet

        self.commit()
        partial = self._path.with_name(f"{self._path.name}.partial")
        with parquet.ParquetWriter(partial, self._schema, compression="zstd") as whole:
            for number in range(self._parts):
                # Read without the library's threads and data sets: they take more memory than this.
                part = parquet.ParquetFile(self._part(number), memory_map=False)
                whole.write_table(part.read(use_threads=False))
        _flush_file(partial)
        partial.rename(self._path)
        _flush_folder(self._path.parent)
        for number in range(self._parts):
            self._part(number).unlink(missing_ok=True)

    def close(self) -> None:
        self._tables.clear()


def _flush_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    path.chmod(0o600)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
