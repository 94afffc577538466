"""People on a plane by how they answer, gathered into marks, told apart by groups.

The axes have no name: they are directions in which answers differ, and a name would be invented. A
group is a shape and a letter, never a colour alone; a mark grows with the people it stands for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from parvis.documents.charts.chart import Chart, ChartTable, LegendEntry
from parvis.documents.charts.drawing import (
    Attribute,
    Theme,
    across,
    anchored,
    drawing,
    element,
    ink,
    sign,
    text,
)

_HEIGHT = 320
_EDGE = 26
_SMALLEST, _LARGEST = 3.5, 15.0
MOST_GROUPS = 5


@dataclass(frozen=True)
class GroupMark:
    """So many people around one place, in the units of the plane; `group` from 0."""

    x: float
    y: float
    people: int
    group: int


@dataclass(frozen=True)
class GroupMapWords:
    """Headers of the table, meaning of the signs; `group_sign` has a `{name}`."""

    group_header: str
    people_header: str
    own_header: str
    mark_sign: str
    group_sign: str
    own_sign: str
    own_name: str
    own_group: str


def group_map(
    *,
    identifier: str,
    title: str,
    description: str,
    marks: Sequence[GroupMark],
    names: Sequence[str],
    sizes: Sequence[int],
    words: GroupMapWords,
    own: tuple[float, float] | None = None,
    own_group: int | None = None,
    theme: Theme = Theme.SCREEN,
) -> Chart:
    """Draw the marks, the letter of each group amid its people, and one's own place if known.

    `names` and `sizes` are of the groups, in their order; a name stands on the map: a letter.

    Raises ValueError without marks, for more groups than there are shapes, for a place that is no
    number.
    """
    if not marks:
        raise ValueError(f"chart {identifier!r} has nobody to place")
    if len(names) > MOST_GROUPS or len(names) != len(sizes):
        raise ValueError(f"chart {identifier!r} has {len(names)} groups and {len(sizes)} sizes")
    places = [(mark.x, mark.y) for mark in marks] + ([own] if own else [])
    if not all(math.isfinite(value) for place in places for value in place):
        raise ValueError(f"chart {identifier!r} has a place that is no number")
    plane = _Plane(places)
    largest = max(mark.people for mark in marks)
    frame: dict[str, Attribute] = {
        "x": across(theme, 0),
        "width": across(theme, 100),
        "y": 0.5,
        "height": _HEIGHT - 1,
        "rx": 10,
        **ink(theme, "plane"),
    }
    parts = [element("rect", frame)]
    # The smallest marks last, so that none is hidden by another.
    for mark in sorted(marks, key=lambda one: (-one.people, one.x, one.y)):
        size = _SMALLEST + (_LARGEST - _SMALLEST) * math.sqrt(mark.people / largest)
        role = "dot" if mark.group == own_group else "other"
        x, y = plane.place(mark.x, mark.y)
        parts.append(anchored(theme, x, y, _shape(theme, mark.group, size, role)))
    for group, name in enumerate(names):
        middle = _middle([mark for mark in marks if mark.group == group])
        if middle is not None:
            x, y = plane.place(*middle)
            parts.append(anchored(theme, x, y, _letter(theme, name)))
    if own is not None:
        x, y = plane.place(*own)
        parts.append(_own(theme, x, y, words.own_name))
    return Chart(
        identifier=identifier,
        title=title,
        description=description,
        svg=drawing(theme, identifier, title, description, _HEIGHT, "".join(parts)),
        legend=_legend(theme, names, words, own is not None),
        table=_table(names, sizes, words, own_group),
    )


class _Plane:
    """From the units of the data to percent across and units down.

    Each axis fills the drawing: distances across and down are not compared.
    """

    def __init__(self, places: Sequence[tuple[float, float]]) -> None:
        xs, ys = [x for x, _y in places], [y for _x, y in places]
        self.middle = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
        self.half = (
            max((max(xs) - min(xs)) / 2, 1e-9),
            max((max(ys) - min(ys)) / 2, 1e-9),
        )

    def place(self, x: float, y: float) -> tuple[float, float]:
        across_half, down_half = 44.0, _HEIGHT / 2 - _EDGE
        return (
            50 + across_half * (x - self.middle[0]) / self.half[0],
            # Upwards on the plane is upwards on the page.
            _HEIGHT / 2 - down_half * (y - self.middle[1]) / self.half[1],
        )


def _middle(marks: Sequence[GroupMark]) -> tuple[float, float] | None:
    people = sum(mark.people for mark in marks)
    if not people:
        return None
    return (
        sum(mark.x * mark.people for mark in marks) / people,
        sum(mark.y * mark.people for mark in marks) / people,
    )


def _shape(theme: Theme, group: int, size: float, role: str) -> str:
    """A disc, a square, a triangle, a diamond, a cross: of about one area for one size."""
    colour = {**ink(theme, role), "fill-opacity": 0.75}
    if group == 0:
        return element("circle", {"r": size, **colour})
    if group == 1:
        half = size * 0.89
        square: dict[str, Attribute] = {"x": -half, "y": -half, "width": 2 * half}
        return element("rect", {**square, "height": 2 * half, **colour})
    if group == 2:
        points = [(0.0, -1.35), (1.2, 0.9), (-1.2, 0.9)]
    elif group == 3:
        points = [(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)]
    else:
        arm, end = 0.42, 1.2
        points = [
            (-arm, -end), (arm, -end), (arm, -arm), (end, -arm), (end, arm), (arm, arm),
            (arm, end), (-arm, end), (-arm, arm), (-end, arm), (-end, -arm), (-arm, -arm),
        ]  # fmt: skip
    written = " ".join(f"{x * size:.1f},{y * size:.1f}" for x, y in points)
    return element("polygon", {"points": written, **colour})


def _letter(theme: Theme, name: str) -> str:
    disc = element("circle", {"r": 13, **ink(theme, "letter")})
    attributes: dict[str, Attribute] = {
        "y": 5.5,
        "text-anchor": "middle",
        "font-size": 16,
        **ink(theme, "value"),
    }
    return disc + element("text", attributes, text(name))


def _own(theme: Theme, x: float, y: float, name: str) -> str:
    anchor = "start" if x < 25 else "end" if x > 75 else "middle"
    label: dict[str, Attribute] = {
        "y": -16 if y > 40 else 27,
        "text-anchor": anchor,
        "font-size": 15,
        **ink(theme, "value"),
    }
    return anchored(theme, x, y, _own_mark(theme) + element("text", label, text(name)))


def _own_mark(theme: Theme) -> str:
    ring = element("circle", {"r": 9, **ink(theme, "own-ring")})
    return ring + element("circle", {"r": 4, **ink(theme, "label")})


def _legend(
    theme: Theme, names: Sequence[str], words: GroupMapWords, has_own: bool
) -> tuple[LegendEntry, ...]:
    entries = [
        LegendEntry(
            sign(theme, _shape(theme, group, 7, "other")), words.group_sign.format(name=name)
        )
        for group, name in enumerate(names)
    ]
    entries.append(LegendEntry(sign(theme, _shape(theme, 0, 4, "other")), words.mark_sign))
    if has_own:
        entries.append(LegendEntry(sign(theme, _own_mark(theme)), words.own_sign))
    return tuple(entries)


def _table(
    names: Sequence[str], sizes: Sequence[int], words: GroupMapWords, own_group: int | None
) -> ChartTable:
    rows = [
        (name, str(size), words.own_group if group == own_group else "")
        for group, (name, size) in enumerate(zip(names, sizes, strict=True))
    ]
    if own_group is None:
        return ChartTable((words.group_header, words.people_header), tuple(row[:2] for row in rows))
    return ChartTable((words.group_header, words.people_header, words.own_header), tuple(rows))
