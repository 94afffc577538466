"""Blank sheets of a public consultation, to be filled in by hand: one number a sheet.

Each sheet begins on a page of its own, so that it is torn off, filled in and kept by its number.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from parvis.documents.language import Language
from parvis.documents.pdf import DocumentIdentity, compile_pdf


@dataclass(frozen=True)
class WrittenRow:
    """A line to answer: boxes to tick with their words; none = a number to write."""

    number: str
    text: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class WrittenBox:
    """A place to write of so many lines, with boxes to tick instead where there are choices."""

    text: str
    lines: int
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class PaperSheets:
    """Texts already translated; one sheet for each of `labels`, in their order."""

    language: Language
    made_at: datetime
    author: str
    title: str
    phase: str
    how_to: str
    closes: str
    promise: str
    label_label: str
    rows: tuple[WrittenRow, ...]
    boxes: tuple[WrittenBox, ...]
    labels: tuple[str, ...]
    simulation: str = ""


def render_sheets(sheets: PaperSheets) -> bytes:
    """Return the sheets as a tagged, archivable PDF; equal sheets give equal bytes.

    Raises DocumentError when it cannot be made.
    """
    return compile_pdf(
        "paper_sheets.typ",
        identity=DocumentIdentity(
            title=sheets.title,
            author=sheets.author,
            language=sheets.language,
            made_at=sheets.made_at,
        ),
        data={
            "author": sheets.author,
            "title": sheets.title,
            "phase": sheets.phase,
            "how_to": sheets.how_to,
            "closes": sheets.closes,
            "promise": sheets.promise,
            "label_label": sheets.label_label,
            "rows": [asdict(row) for row in sheets.rows],
            "boxes": [asdict(box) for box in sheets.boxes],
            "labels": sheets.labels,
            "simulation": sheets.simulation,
        },
    )
