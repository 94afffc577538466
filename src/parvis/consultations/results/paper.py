"""What a page shows, for paper: a piece of HTML read back into headings, sentences, tables, lists.

The result of a phase is written once, as a template: the PDF says the same because it is made of
the same page. Drawings stay on the page; the tables behind them, which say as much, are kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from parvis.documents.charts import ChartTable
from parvis.documents.finding_report import ReportPart

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SENTENCES = frozenset({"p", "dt", "dd", "figcaption", "caption", "summary", "blockquote", "div"})
_CELLS = frozenset({"td", "th"})
# Of no use on paper: drawings, controls, and what only a program reads.
_PASSED_OVER = frozenset({"svg", "script", "style", "template", "button", "form", "select", "nav"})
_EMPTY = frozenset({"br", "img", "input", "hr", "meta", "link", "source", "col", "wbr"})


@dataclass
class _Part:
    heading: str
    paragraphs: list[str] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.paragraphs or self.quotes or self.rows)


def parts_of(html: str, heading: str) -> tuple[ReportPart, ...]:
    """The parts of a report that say what the HTML says; `heading` is that of the first one."""
    reader = _Reader(heading)
    reader.feed(html)
    reader.close()
    reader.end_sentence()
    return tuple(_as_part(part) for part in reader.parts if part)


def _as_part(part: _Part) -> ReportPart:
    table = None
    if part.rows:
        width = max(map(len, part.rows))
        rows = [(*row, *[""] * (width - len(row))) for row in part.rows]
        table = ChartTable(headers=tuple(rows[0]), rows=tuple(map(tuple, rows[1:])))
    return ReportPart(part.heading, tuple(part.paragraphs), table=table, quotes=tuple(part.quotes))


class _Reader(HTMLParser):
    def __init__(self, heading: str) -> None:
        super().__init__(convert_charrefs=True)
        self.parts = [_Part(heading)]
        self._words: list[str] = []
        self._hidden = 0
        self._lists = 0
        self._in_row = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._hidden:
            self._hidden += tag not in _EMPTY
            return
        if tag in _PASSED_OVER:
            self._hidden = 1
            return
        if tag == "br":
            self._words.append(" ")
        if tag in ("progress", "meter"):
            self._hidden = 1
        if tag == "table":
            self.end_sentence()
            if self.parts[-1].rows:
                self.parts.append(_Part(self.parts[-1].heading))
        elif tag == "tr":
            self._in_row = True
            self.parts[-1].rows.append([])
        elif tag in _CELLS and self._in_row:
            self._words = []
        elif not self._in_row and tag in _SENTENCES | _HEADINGS | {"li"}:
            self.end_sentence()
        if tag in ("ul", "ol"):
            self.end_sentence()
            self._lists += 1

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            self._hidden -= tag not in _EMPTY
            return
        if tag in _CELLS and self._in_row:
            self.parts[-1].rows[-1].append(self._taken())
        elif tag == "tr":
            self._in_row = False
            if not self.parts[-1].rows[-1]:
                self.parts[-1].rows.pop()
        elif self._in_row:
            return
        elif tag in _HEADINGS:
            words = self._taken()
            if words:
                self.parts.append(_Part(words))
        elif tag in _SENTENCES | {"li", "table"}:
            self.end_sentence()
        elif tag in ("ul", "ol"):
            self.end_sentence()
            self._lists -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._words.append(data)

    def end_sentence(self) -> None:
        """Put the words read so far where they belong."""
        words = self._taken()
        if words:
            part = self.parts[-1]
            (part.quotes if self._lists else part.paragraphs).append(words)

    def _taken(self) -> str:
        words = " ".join("".join(self._words).replace("\u00a0", "\u2420").split())
        self._words = []
        return words.replace("\u2420", "\u00a0")
