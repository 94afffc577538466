"""Days of the week across, hours down: the share in each cell, in figures and in depth of colour.

A cell with too few answers is left empty and says so in the table. A cell that differs from the
whole by more than chance carries a triangle. Hours run down so that the figures stay readable
at 320 px.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from parvis.documents.charts.chart import Chart, ChartTable, LegendEntry
from parvis.documents.charts.drawing import (
    SIDE,
    Attribute,
    Theme,
    across,
    anchored,
    drawing,
    element,
    ink,
    sign,
    text,
    triangle,
)
from parvis.documents.charts.interval_bar import Position
from parvis.documents.charts.scale import check_percent, whole

_CELL = 30
_TOP = 26
_LEFT = 14.0
_DEPTHS = 5


@dataclass(frozen=True)
class HeatCell:
    """One weekday at one hour; `value_percent` is None when too few answered to show it."""

    answers: int
    value_percent: float | None
    position: Position = Position.WITHIN

    def __post_init__(self) -> None:
        if self.value_percent is not None:
            check_percent(self.value_percent, "the share of a cell")


@dataclass(frozen=True)
class HeatMapWords:
    """Header of the hours; meaning of the depth, of an empty cell, of the triangle; its words."""

    hour_header: str
    depth_sign: str
    few_sign: str
    outside_sign: str
    above: str
    below: str
    few: str


def heat_map(
    *,
    identifier: str,
    title: str,
    description: str,
    columns: Sequence[str],
    short_columns: Sequence[str],
    rows: Sequence[str],
    cells: Mapping[tuple[int, int], HeatCell],
    words: HeatMapWords,
    theme: Theme = Theme.SCREEN,
) -> Chart:
    """Draw the cells of (column, row) that somebody answered in.

    `short_columns` stand above the drawing, `columns` in the table.

    Raises ValueError without rows or columns, or for names of another number.
    """
    if not rows or not columns or len(columns) != len(short_columns):
        raise ValueError(f"chart {identifier!r} needs rows, and a short name for each column")
    width = (100.0 - _LEFT) / len(columns)
    values = [cell.value_percent for cell in cells.values() if cell.value_percent is not None]
    lowest, highest = min(values, default=0.0), max(values, default=100.0)
    parts = []
    for index, name in enumerate(short_columns):
        parts.append(_name(theme, _LEFT + (index + 0.5) * width, 16, name))
    for index, name in enumerate(rows):
        attributes: dict[str, Attribute] = {
            "x": -SIDE,
            "y": _TOP + index * _CELL + 20,
            "font-size": 13,
            **ink(theme, "soft"),
        }
        parts.append(element("text", attributes, text(name)))
    for (column, row), cell in sorted(cells.items()):
        depth = _depth(cell.value_percent, lowest, highest)
        parts.append(_cell(theme, cell, depth, _LEFT + column * width, width, _TOP + row * _CELL))
    return Chart(
        identifier=identifier,
        title=title,
        description=description,
        svg=drawing(
            theme, identifier, title, description, _TOP + len(rows) * _CELL + 4, "".join(parts)
        ),
        legend=_legend(theme, cells, words),
        table=_table(columns, rows, cells, words),
    )


def _depth(value: float | None, lowest: float, highest: float) -> int | None:
    """Class of a value between the lowest and the highest of the map; the least satisfied last."""
    if value is None:
        return None
    spread = max(highest - lowest, 1e-9)
    return min(int((highest - value) / spread * _DEPTHS), _DEPTHS - 1)


def _cell(
    theme: Theme, cell: HeatCell, depth: int | None, left: float, width: float, top: float
) -> str:
    box = element(
        "rect",
        {
            "x": across(theme, left + width * 0.03),
            "y": top + 1,
            "width": across(theme, width * 0.94),
            "height": _CELL - 2,
            "rx": 4,
            **ink(theme, "heat-none" if depth is None else f"heat-{depth}"),
        },
    )
    if cell.value_percent is None:
        return box
    middle = left + width / 2
    figure = anchored(
        theme,
        middle,
        top + 20,
        element(
            "text",
            {"text-anchor": "middle", "font-size": 13, **ink(theme, "label")},
            whole(cell.value_percent),
        ),
    )
    if cell.position is Position.WITHIN:
        return box + figure
    upwards = cell.position is Position.ABOVE
    # The sign stands in the corner, beside a figure of at most three digits.
    small = element("g", {"transform": "scale(0.6)"}, triangle(theme, 0, upwards=upwards))
    return box + figure + anchored(theme, left + width * 0.86, top + 9, small)


def _name(theme: Theme, x: float, y: float, name: str) -> str:
    attributes: dict[str, Attribute] = {
        "x": across(theme, x),
        "y": y,
        "text-anchor": "middle",
        "font-size": 13,
        **ink(theme, "soft"),
    }
    return element("text", attributes, text(name))


def _legend(
    theme: Theme, cells: Mapping[tuple[int, int], HeatCell], words: HeatMapWords
) -> tuple[LegendEntry, ...]:
    def box(role: str, x: int = -15, width: int = 30) -> str:
        return element(
            "rect", {"x": x, "y": -8, "width": width, "height": 16, "rx": 3, **ink(theme, role)}
        )

    scale = box("heat-0", -15, 10) + box("heat-2", -5, 10) + box("heat-4", 5, 10)
    entries = [LegendEntry(sign(theme, scale), words.depth_sign)]
    if any(cell.value_percent is None for cell in cells.values()):
        entries.append(LegendEntry(sign(theme, box("heat-none")), words.few_sign))
    if any(cell.position is not Position.WITHIN for cell in cells.values()):
        both = triangle(theme, -8, upwards=True) + triangle(theme, 8, upwards=False)
        entries.append(LegendEntry(sign(theme, both), words.outside_sign))
    return tuple(entries)


def _table(
    columns: Sequence[str],
    rows: Sequence[str],
    cells: Mapping[tuple[int, int], HeatCell],
    words: HeatMapWords,
) -> ChartTable:
    signs = {Position.ABOVE: f" {words.above}", Position.BELOW: f" {words.below}"}

    def said(column: int, row: int) -> str:
        cell = cells.get((column, row))
        if cell is None:
            return "–"
        if cell.value_percent is None:
            return words.few
        return f"{whole(cell.value_percent)} ({cell.answers}){signs.get(cell.position, '')}"

    return ChartTable(
        headers=(words.hour_header, *columns),
        rows=tuple(
            (name, *(said(column, row) for column in range(len(columns))))
            for row, name in enumerate(rows)
        ),
    )
