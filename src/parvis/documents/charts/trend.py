"""A share over time, point after point, before the band that pure chance would keep it in.

Each point has its own band: few answers leave chance more room. A point outside carries a triangle,
never colour alone. Time runs across in equal steps; a point without answer leaves a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from parvis.documents.charts.scale import check_percent, interval, whole

_TOP = 16
_HEIGHT = 200
_MARKS = (0, 25, 50, 75, 100)
# Room for the numbers of the scale, in percent of the width of a phone.
_LEFT = 9.0


@dataclass(frozen=True)
class TrendPoint:
    """A step in time. `value_percent` is None without answer, and the bounds with it."""

    label: str
    answers: int
    value_percent: float | None
    lower_percent: float | None
    upper_percent: float | None
    position: Position = Position.WITHIN

    def __post_init__(self) -> None:
        for what, value in (
            ("the share", self.value_percent),
            ("the lower limit", self.lower_percent),
            ("the upper limit", self.upper_percent),
        ):
            if value is not None:
                check_percent(value, f"{what} of “{self.label}”")
        if (self.lower_percent is None) != (self.upper_percent is None):
            raise ValueError(f"“{self.label}” has one limit without the other")


@dataclass(frozen=True)
class TrendWords:
    """The first five head the table's columns; the next four explain the signs; then its words."""

    time_header: str
    value_header: str
    answers_header: str
    band_header: str
    position_header: str
    value_sign: str
    band_sign: str
    level_sign: str
    outside_sign: str
    above: str
    below: str
    missing: str


def trend_band(
    *,
    identifier: str,
    title: str,
    description: str,
    points: Sequence[TrendPoint],
    level_percent: float,
    words: TrendWords,
    theme: Theme = Theme.SCREEN,
) -> Chart:
    """Draw the points, the band behind them and the line of the period's level.

    Raises ValueError without points, ScaleError for a value off the 0-100 scale.
    """
    if not points:
        raise ValueError(f"chart {identifier!r} has no point to draw")
    check_percent(level_percent, "the level of the period")
    bottom = _TOP + _HEIGHT
    parts = [
        _scale(theme),
        *(_band(theme, points, index) for index in range(len(points))),
        _level(theme, level_percent),
        *_joined(theme, points),
        *(_mark(theme, points, index) for index in range(len(points))),
        _times(theme, points, bottom + 22),
    ]
    return Chart(
        identifier=identifier,
        title=title,
        description=description,
        svg=drawing(theme, identifier, title, description, bottom + 30, "".join(parts)),
        legend=_legend(theme, points, words),
        table=_table(points, words),
    )


def _x(points: Sequence[TrendPoint], index: float) -> float:
    """Middle of a step, in percent of the width."""
    return _LEFT + (index + 0.5) * (100.0 - _LEFT) / len(points)


def _y(percent: float) -> float:
    return _TOP + _HEIGHT * (1.0 - percent / 100.0)


def _scale(theme: Theme) -> str:
    parts = []
    for mark in _MARKS:
        parts.append(
            element(
                "line",
                {
                    "x1": across(theme, _LEFT),
                    "x2": across(theme, 100),
                    "y1": _y(mark),
                    "y2": _y(mark),
                    **ink(theme, "grid"),
                },
            )
        )
        label: dict[str, Attribute] = {
            "x": -SIDE,
            "y": _y(mark) + 4,
            "font-size": 13,
            **ink(theme, "soft"),
        }
        parts.append(element("text", label, str(mark)))
    return "".join(parts)


def _band(theme: Theme, points: Sequence[TrendPoint], index: int) -> str:
    point = points[index]
    if point.lower_percent is None or point.upper_percent is None:
        return ""
    return element(
        "rect",
        {
            "x": across(theme, _x(points, index - 0.5)),
            "width": across(theme, (100.0 - _LEFT) / len(points)),
            "y": _y(point.upper_percent),
            "height": max(1.0, _y(point.lower_percent) - _y(point.upper_percent)),
            **ink(theme, "noise"),
        },
    )


def _level(theme: Theme, percent: float) -> str:
    return element(
        "line",
        {
            "x1": across(theme, _LEFT),
            "x2": across(theme, 100),
            "y1": _y(percent),
            "y2": _y(percent),
            "stroke-dasharray": "6 4",
            **ink(theme, "level"),
        },
    )


def _joined(theme: Theme, points: Sequence[TrendPoint]) -> list[str]:
    """The line from each point to the next, broken where nobody answered."""
    parts = []
    for index in range(1, len(points)):
        before, after = points[index - 1].value_percent, points[index].value_percent
        if before is None or after is None:
            continue
        ends: dict[str, Attribute] = {
            "x1": across(theme, _x(points, index - 1)),
            "y1": _y(before),
            "x2": across(theme, _x(points, index)),
            "y2": _y(after),
        }
        parts.append(element("line", {**ends, **ink(theme, "own-stem")}))
    return parts


def _mark(theme: Theme, points: Sequence[TrendPoint], index: int) -> str:
    point = points[index]
    if point.value_percent is None:
        return ""
    radius = 4.0 if len(points) <= 40 else 2.5
    place, height = _x(points, index), _y(point.value_percent)
    dot = anchored(theme, place, height, element("circle", {"r": radius, **ink(theme, "dot")}))
    if point.position is Position.WITHIN:
        return dot
    upwards = point.position is Position.ABOVE
    beyond = height - 13 if upwards else height + 13
    return dot + anchored(theme, place, beyond, triangle(theme, 0, upwards=upwards))


def _times(theme: Theme, points: Sequence[TrendPoint], y: float) -> str:
    """Name the first step, the middle one and the last."""
    last = len(points) - 1
    places = {0: "start", last: "end"} if last else {0: "middle"}
    if last >= 4:
        places = {0: "start", last // 2: "middle", last: "end"}
    parts = []
    for index, anchor in places.items():
        x = _x(points, index)
        if anchor == "start":
            x = _LEFT
        elif anchor == "end":
            x = 100.0
        attributes: dict[str, Attribute] = {
            "x": across(theme, x),
            "y": y,
            "text-anchor": anchor,
            "font-size": 13,
            **ink(theme, "soft"),
        }
        parts.append(element("text", attributes, text(points[index].label)))
    return "".join(parts)


def _legend(
    theme: Theme, points: Sequence[TrendPoint], words: TrendWords
) -> tuple[LegendEntry, ...]:
    band = element("rect", {"x": -15, "y": -7, "width": 30, "height": 14, **ink(theme, "noise")})
    level = element(
        "line",
        {"x1": -15, "x2": 15, "stroke-dasharray": "6 4", **ink(theme, "level")},
    )
    entries = [
        LegendEntry(
            sign(theme, element("circle", {"r": 4, **ink(theme, "dot")})), words.value_sign
        ),
        LegendEntry(sign(theme, band), words.band_sign),
        LegendEntry(sign(theme, level), words.level_sign),
    ]
    if any(point.position is not Position.WITHIN for point in points):
        both = triangle(theme, -8, upwards=True) + triangle(theme, 8, upwards=False)
        entries.append(LegendEntry(sign(theme, both), words.outside_sign))
    return tuple(entries)


def _table(points: Sequence[TrendPoint], words: TrendWords) -> ChartTable:
    positions = {Position.ABOVE: words.above, Position.BELOW: words.below, Position.WITHIN: ""}
    return ChartTable(
        headers=(
            words.time_header,
            words.value_header,
            words.answers_header,
            words.band_header,
            words.position_header,
        ),
        rows=tuple(
            (
                point.label,
                words.missing if point.value_percent is None else whole(point.value_percent),
                str(point.answers),
                interval(point.lower_percent, point.upper_percent),
                positions[point.position],
            )
            for point in points
        ),
    )
