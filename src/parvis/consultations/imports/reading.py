"""What is read in a file, whatever its format, and what is said of its lines."""

from __future__ import annotations

import csv
import io
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from parvis.consultations.enums import ContributionKind
from parvis.foundation.errors import Refusal

MOST_BYTES = 60 * 1024 * 1024
MOST_TEXTS = 50_000
MOST_VOTES = 3_000_000
# Lines of the report that are kept one by one; the others are counted.
LINES_KEPT = 200
# A spreadsheet that ran formulas was told not to: the archive of Parvis marks them so.
_FORMULA_STARTS = ("=", "+", "-", "@", "|", "%")

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Text:
    """A contribution to be. `number` names it in its file; `figures` are counts from there."""

    line: int
    number: str
    kind: ContributionKind
    title: str = ""
    text: str = ""
    theme: str = ""
    sector: str = ""
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None
    cost_euros: int | None = None
    is_refused: bool = False
    published_at: datetime | None = None
    # Of `Verdict`; empty = no official answer came along.
    verdict: str = ""
    reason: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Ballots:
    """Votes in arrays: positions in `voters` and in `subjects` (numbers of texts), and a value."""

    voters: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    voter: array[int] = field(default_factory=lambda: array("l"))
    subject: array[int] = field(default_factory=lambda: array("l"))
    value: array[int] = field(default_factory=lambda: array("h"))

    def __len__(self) -> int:
        return len(self.value)

    def last(self) -> dict[tuple[int, int], int]:
        """{(voter, subject): value}: the last vote of each on each counts."""
        return dict(zip(zip(self.voter, self.subject, strict=True), self.value, strict=True))


@dataclass
class Reading:
    """A file once read. `origin` names the export it comes from: the same again adds nothing.

    `settings` are those of the phase that the file gives, such as the envelope of a budget.
    """

    origin: str
    texts: list[Text] = field(default_factory=list)
    ballots: Ballots = field(default_factory=Ballots)
    # {code: label} of what texts are sorted by.
    themes: dict[str, str] = field(default_factory=dict)
    sectors: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    lines: list[tuple[int, str]] = field(default_factory=list)
    lines_left_out: int = 0

    def say(self, line: int, sentence: str) -> None:
        """Note something of a line, for the person who looks at the report."""
        if len(self.lines) < LINES_KEPT:
            self.lines.append((line, sentence))
        else:
            self.lines_left_out += 1


def decoded(content: bytes) -> str:
    """The text of a file; raise `Refusal` when it is not UTF-8 or is too large."""
    if len(content) > MOST_BYTES:
        raise Refusal(_("Ce fichier est trop gros : 60 Mo au plus."), field="file")
    if not content.strip():
        raise Refusal(_("Ce fichier est vide."), field="file")
    try:
        return content.decode("utf-8-sig").replace("\x00", "")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Refusal(
            _(
                "Ce fichier n’est pas en UTF-8 (ligne %(line)d). Exportez-le de nouveau, ou "
                "enregistrez-le en « CSV UTF-8 »."
            )
            % {"line": line},
            field="file",
        ) from None


def table(text: str, needed: tuple[str, ...], name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file by column, with their lines; `,` or `;`, found in the first line.

    Raise `Refusal` when a needed column is missing or the file is no table.
    """
    head = text.split("\n", 1)[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        columns = [column.strip() for column in next(rows, [])]
        missing = [column for column in needed if column not in columns]
        if missing:
            raise Refusal(
                _("%(name)s : il manque la colonne « %(column)s ». Colonnes lues : %(columns)s.")
                % {
                    "name": name,
                    "column": missing[0],
                    "columns": ", ".join(columns)[:200] or "–",
                },
                field="file",
            )
        line = rows.line_num + 1
        for cells in rows:
            if any(cells):
                padded = [*cells, *[""] * (len(columns) - len(cells))]
                yield line, dict(zip(columns, padded, strict=False))
            line = rows.line_num + 1
    except csv.Error as error:
        raise Refusal(
            _("%(name)s, ligne %(line)d : ce n’est pas un tableau lisible (%(error)s).")
            % {"name": name, "line": rows.line_num, "error": error},
            field="file",
        ) from None


def unmarked(text: str) -> str:
    """The text before a formula-safe export put an apostrophe in front of it."""
    if text.startswith("'") and text[1:].lstrip().startswith(_FORMULA_STARTS):
        return text[1:]
    return text


def whole(text: str) -> int | None:
    """A whole number of zero or more, or None."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def refuse_too_many(count: int, most: int, what: str) -> None:
    """Raise `Refusal` beyond what one import takes."""
    if count > most:
        raise Refusal(
            _("Ce fichier a trop de %(what)s : %(most)d au plus.") % {"what": what, "most": most},
            field="file",
        )


def lots(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items by lists of `size`, the last one shorter."""
    waiting = iter(items)
    while lot := list(islice(waiting, size)):
        yield lot
