"""What a chart is made of, whatever its form: a drawing, and everything said by it in words.

`templates/documents/chart.html` shows a `Chart` on a page; the Typst templates show the same
fields.
"""

from dataclasses import dataclass

from django.utils.safestring import SafeString


@dataclass(frozen=True)
class ChartTable:
    """The figures behind a drawing; every cell is text ready to show."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.headers) for row in self.rows):
            raise ValueError("each row of a chart's table needs one cell per header")


@dataclass(frozen=True)
class LegendEntry:
    """A sign of the drawing, as a tiny decorative SVG, and what it means."""

    sign_svg: SafeString
    text: str


@dataclass(frozen=True)
class Chart:
    """A drawing with its words.

    `title` states the finding; `description` says in a sentence or two what the drawing shows and
    is its alternative text; `svg` may stand in a page under a strict content security policy.
    """

    identifier: str
    title: str
    description: str
    svg: SafeString
    legend: tuple[LegendEntry, ...]
    table: ChartTable
