"""Scores with their interval, one row each, beside the mean of those they are compared with.

A row has its label and its value on a line of their own above the bar, so that the same drawing
reads at 320 px and on a wide page. What lies outside of the expected carries a triangle, never
colour alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from parvis.documents.charts.chart import Chart, ChartTable, LegendEntry
from parvis.documents.charts.drawing import (
    SIDE,
    Theme,
    across,
    anchored,
    drawing,
    element,
    grid,
    ink,
    label_lines,
    scale_marks,
    sign,
    text,
    triangle,
    wrapped,
)
from parvis.documents.charts.scale import ScaleError, check_percent, interval, whole

_LINE = 20
_BAR = 18
_ROW_SPACE = 16


class Position(StrEnum):
    """Where a score lies beside what is expected of a body of its kind."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"


@dataclass(frozen=True)
class IntervalRow:
    """One score on the 0-100 scale.

    `value_percent` is None when nothing could be assessed; both bounds are None when no interval
    can be given; `reference_percent` is None when the mean of the others must not be shown.
    """

    label: str
    value_percent: float | None
    lower_percent: float | None = None
    upper_percent: float | None = None
    reference_percent: float | None = None
    position: Position = Position.WITHIN

    def __post_init__(self) -> None:
        for what, value in (
            ("the score", self.value_percent),
            ("the lower bound", self.lower_percent),
            ("the upper bound", self.upper_percent),
            ("the reference", self.reference_percent),
        ):
            if value is not None:
                check_percent(value, f"{what} of “{self.label}”")
        if (self.lower_percent is None) != (self.upper_percent is None):
            raise ScaleError(f"“{self.label}” has one bound without the other")
        if self.lower_percent is not None and self.upper_percent is not None:
            if self.value_percent is None:
                raise ScaleError(f"“{self.label}” has an interval without a score")
            if not self.lower_percent <= self.value_percent <= self.upper_percent:
                raise ScaleError(f"the interval of “{self.label}” does not surround its score")


@dataclass(frozen=True)
class IntervalWords:
    """The words of the drawing and of its table, translated by the caller.

    The first five head the table's columns; the next four explain the signs; `above` and `below`
    stand in the table's last column; `missing` is written where nothing could be assessed.
    """

    label_header: str
    value_header: str
    interval_header: str
    reference_header: str
    position_header: str
    value_sign: str
    interval_sign: str
    reference_sign: str
    outside_sign: str
    above: str
    below: str
    missing: str


def interval_bar(
    *,
    identifier: str,
    title: str,
    description: str,
    rows: Sequence[IntervalRow],
    words: IntervalWords,
    theme: Theme = Theme.SCREEN,
) -> Chart:
    """Draw scores with their intervals and the reference mean.

    `identifier` is unique in the page; `title` states the finding; `description` says what is
    shown. Legend and table leave out what no row has (intervals, references, positions).

    Raises ValueError without rows or with an identifier unfit for an HTML id.
    """
    if not rows:
        raise ValueError(f"chart {identifier!r} has no row to draw")
    parts: list[str] = []
    y = 0
    for row in rows:
        part, height = _row(theme, row, words, y)
        parts.append(part)
        y += height
    parts.append(scale_marks(theme, y + 10))
    return Chart(
        identifier=identifier,
        title=title,
        description=description,
        svg=drawing(theme, identifier, title, description, y + 16, "".join(parts)),
        legend=_legend(theme, rows, words),
        table=_table(rows, words),
    )


def _row(theme: Theme, row: IntervalRow, words: IntervalWords, top: int) -> tuple[str, int]:
    """Return the drawing of one row whose upper edge is at `top`, and the height it takes."""
    lines = wrapped(theme, row.label)
    middle = top + len(lines) * _LINE + 15
    parts = [
        label_lines(theme, lines, top + 15, _LINE),
        _value_text(theme, row, words, top + 15),
        grid(theme, middle - 12, middle + 12),
    ]
    if row.lower_percent is not None and row.upper_percent is not None:
        parts.append(
            element(
                "rect",
                {
                    "x": across(theme, row.lower_percent),
                    "y": middle - _BAR / 2,
                    "width": across(theme, row.upper_percent - row.lower_percent),
                    "height": _BAR,
                    "rx": _BAR / 2,
                    **ink(theme, "band"),
                },
            )
        )
    if row.reference_percent is not None:
        parts.append(anchored(theme, row.reference_percent, middle, _reference(theme)))
    if row.value_percent is not None:
        parts.append(anchored(theme, row.value_percent, middle, _dot(theme)))
        # The sign stands on the side away from the mean, where nothing else is drawn.
        if row.position is Position.ABOVE:
            edge = row.value_percent if row.upper_percent is None else row.upper_percent
            parts.append(anchored(theme, edge, middle, triangle(theme, 12, upwards=True)))
        elif row.position is Position.BELOW:
            edge = row.value_percent if row.lower_percent is None else row.lower_percent
            parts.append(anchored(theme, edge, middle, triangle(theme, -12, upwards=False)))
    return "".join(parts), len(lines) * _LINE + 28 + _ROW_SPACE


def _value_text(theme: Theme, row: IntervalRow, words: IntervalWords, y: int) -> str:
    if row.value_percent is None:
        said = element("tspan", ink(theme, "soft"), text(words.missing))
    else:
        said = element("tspan", ink(theme, "value"), whole(row.value_percent))
        if row.lower_percent is not None:
            bounds = f" ({interval(row.lower_percent, row.upper_percent)})"
            said += element("tspan", {"font-size": 13, **ink(theme, "soft")}, bounds)
    return element(
        "text",
        {"x": across(theme, 100), "dx": SIDE, "y": y, "text-anchor": "end", "font-size": 15},
        said,
    )


def _dot(theme: Theme) -> str:
    return element("circle", {"r": 7, **ink(theme, "dot")})


def _reference(theme: Theme) -> str:
    return element("line", {"y1": -13, "y2": 13, **ink(theme, "reference")})


def _legend(
    theme: Theme, rows: Sequence[IntervalRow], words: IntervalWords
) -> tuple[LegendEntry, ...]:
    entries = [LegendEntry(sign(theme, _dot(theme)), words.value_sign)]
    if any(row.lower_percent is not None for row in rows):
        band = {"x": -15, "y": -7, "width": 30, "height": 14, "rx": 7, **ink(theme, "band")}
        entries.append(LegendEntry(sign(theme, element("rect", band)), words.interval_sign))
    if any(row.reference_percent is not None for row in rows):
        line = element("line", {"y1": -9, "y2": 9, **ink(theme, "reference")})
        entries.append(LegendEntry(sign(theme, line), words.reference_sign))
    if any(row.position is not Position.WITHIN for row in rows):
        both = triangle(theme, -8, upwards=True) + triangle(theme, 8, upwards=False)
        entries.append(LegendEntry(sign(theme, both), words.outside_sign))
    return tuple(entries)


def _table(rows: Sequence[IntervalRow], words: IntervalWords) -> ChartTable:
    positions = {Position.ABOVE: words.above, Position.BELOW: words.below, Position.WITHIN: ""}
    columns: list[tuple[str, list[str]]] = [
        (words.label_header, [row.label for row in rows]),
        (
            words.value_header,
            [
                words.missing if row.value_percent is None else whole(row.value_percent)
                for row in rows
            ],
        ),
    ]
    if any(row.lower_percent is not None for row in rows):
        bounds = [interval(row.lower_percent, row.upper_percent) for row in rows]
        columns.append((words.interval_header, bounds))
    if any(row.reference_percent is not None for row in rows):
        columns.append((words.reference_header, [whole(row.reference_percent) for row in rows]))
    if any(row.position is not Position.WITHIN for row in rows):
        columns.append((words.position_header, [positions[row.position] for row in rows]))
    return ChartTable(
        headers=tuple(header for header, _ in columns),
        rows=tuple(zip(*(cells for _, cells in columns), strict=True)),
    )
