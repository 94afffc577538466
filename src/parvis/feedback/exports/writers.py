"""The three kinds of files, each written piece by piece from a state kept in the database.

`commit` returns the state once the bytes are on the disk; a writer opened on a state forgets what
was written after it. CSV and XLSX are cut back to their committed size. Parquet keeps its index at
the end of the file, so its pieces are files of their own (Arrow's, which cost little to write and
to read again), put together in the end.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeVar

from django.utils.translation import gettext as _

from parvis.documents.spreadsheets import BYTE_ORDER_MARK, DIALECTS
from parvis.documents.xlsx import XlsxWriter, cells_of, new_state, row_of
from parvis.feedback.exchange_enums import ExportFormat
from parvis.feedback.exports.rows import COLUMNS, HEADERS, WHAT, WHEN, WHERE, Cells, Piece

State = dict[str, Any]
Block = TypeVar("Block")


class LostFileError(Exception):
    """The bytes of a state are not on the disk: the export begins again."""


class Writer(Protocol[Block]):
    def block(self, cells: Cells) -> Block:
        """What the file makes of cells that many rows share."""

    def write(self, pieces: Sequence[Piece[Block]]) -> None: ...

    def commit(self) -> State: ...

    def finish(self) -> None:
        """Complete the file at its final place."""

    def close(self) -> None: ...


def open_writer(format: str, path: Path, state: State) -> Writer[Any]:
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
            self._file.write(f"{BYTE_ORDER_MARK}{self.block(HEADERS)}\r\n".encode())

    def block(self, cells: Cells) -> str:
        # Texts come already harmless; the writer of the standard library is much faster.
        line = io.StringIO(newline="")
        # The end of a line is among what is quoted: it is taken off afterwards.
        csv.writer(line, delimiter=self._delimiter, lineterminator="\r\n").writerow(cells)
        return line.getvalue().removesuffix("\r\n")

    def write(self, pieces: Sequence[Piece[str]]) -> None:
        # Identifiers and moments hold nothing that needs quotes.
        with_delimiters = self._delimiter.join
        lines = [
            with_delimiters(
                (
                    number,
                    visit,
                    received_at,
                    occurred_at or "",
                    when,
                    where,
                    str(rank or ""),
                    what,
                    self.block((text,)) if text else "",
                )
            )
            for number, visit, received_at, occurred_at, when, where, rank, what, text in pieces
        ]
        if lines:
            self._file.write(("\r\n".join(lines) + "\r\n").encode("utf-8", "replace"))

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

    def block(self, cells: Cells) -> str:
        return cells_of(cells)

    def write(self, pieces: Sequence[Piece[str]]) -> None:
        begin, end = cells_of(["-"]).split("-")
        between = end + begin
        begin_rank, end_rank = cells_of([0]).split("0")
        nothing = cells_of([None])
        self._writer.write(
            [
                row_of(
                    f"{begin}{number}{between}{visit}{between}{received_at}{end}"
                    f"{f'{begin}{occurred_at}{end}' if occurred_at else nothing}"
                    f"{when}{where}{f'{begin_rank}{rank}{end_rank}' if rank else nothing}{what}"
                    f"{cells_of([text]) if text else nothing}"
                )
                for number, visit, received_at, occurred_at, when, where, rank, what, text in pieces
            ]
        )

    def commit(self) -> State:
        state = self._writer.commit()
        self._flush()
        return dict(state)

    def finish(self) -> None:
        self._writer.finish()
        self._move()


class _Shared:
    """Cells that many rows share, told apart by what they are, not by what they hold: faster."""

    __slots__ = ("cells",)

    def __init__(self, cells: Cells) -> None:
        self.cells = cells


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
        return self._path.with_name(f"{self._path.name}.{number:06d}.arrow")

    def block(self, cells: Cells) -> _Shared:
        return _Shared(cells)

    def write(self, pieces: Sequence[Piece[_Shared]]) -> None:
        import pyarrow

        if not pieces:
            return
        numbers, visits, received_at, occurred_at, whens, wheres, ranks, whats, texts = zip(
            *pieces, strict=True
        )
        moment = self._schema.field("recue_le").type
        columns = [
            pyarrow.array(numbers),
            pyarrow.array(visits),
            # Texts of moments are read by the library, much faster than here.
            pyarrow.array(received_at).cast(moment),
            pyarrow.array(occurred_at, type=pyarrow.string()).cast(moment),
            *self._spread(whens, WHEN),
            *self._spread(wheres, WHERE),
            pyarrow.array(ranks, type=pyarrow.int64()),
            *self._spread(whats, WHAT),
            pyarrow.array(texts),
        ]
        self._tables.append(pyarrow.Table.from_arrays(columns, schema=self._schema))

    def _spread(self, blocks: Sequence[_Shared], among: slice) -> list[Any]:
        """The columns of a block: the cells of each, made once, and taken as often as it comes."""
        import pyarrow

        places: dict[_Shared, int] = {}
        taken = pyarrow.array([places.setdefault(block, len(places)) for block in blocks])
        columns = zip(*(block.cells for block in places), strict=True)
        return [
            pyarrow.array(cells, type=kind).take(taken)
            for cells, kind in zip(columns, self._schema.types[among], strict=True)
        ]

    def commit(self) -> State:
        import pyarrow
        from pyarrow import ipc

        if self._tables:
            part = self._part(self._parts)
            table = pyarrow.concat_tables(self._tables)
            with ipc.new_file(
                part, self._schema, options=ipc.IpcWriteOptions(compression="lz4")
            ) as file:
                file.write_table(table)
            _flush_file(part)
            self._parts += 1
            self._tables.clear()
        return {"parts": self._parts}

    def finish(self) -> None:
        import pyarrow
        from pyarrow import ipc, parquet

        self.commit()
        partial = self._path.with_name(f"{self._path.name}.partial")
        # Identifiers do not come again: a dictionary of them would be made for nothing.
        repeated = [
            HEADERS[n] for block in (WHEN, WHERE, WHAT) for n in range(block.start, block.stop)
        ]
        with parquet.ParquetWriter(
            partial, self._schema, compression="zstd", use_dictionary=repeated
        ) as whole:
            for number in range(self._parts):
                with pyarrow.OSFile(str(self._part(number))) as file:
                    whole.write_table(ipc.open_file(file).read_all())
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
