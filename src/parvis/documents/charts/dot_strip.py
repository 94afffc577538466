"""The spread of the participants' scores, one dot each, with one of them marked.

The dots are placed by classes of two points and the table counts by classes of ten, so that the
drawing gives nobody's exact score. Whether a spread may be shown at all (how many participants, how
far apart) is for the caller to decide before calling.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from parvis.documents.charts.chart import Chart, ChartTable, LegendEntry
from parvis.documents.charts.drawing import (
    Theme,
    across,
    anchored,
    drawing,
    element,
    grid,
    ink,
    scale_marks,
    sign,
    text,
)
from parvis.documents.charts.scale import check_percent, whole

_CLASS_POINTS = 2
_TALLEST = 96
_STEP = 7


@dataclass(frozen=True)
class DotStripWords:
    """Headers of the table, meaning of the two kinds of dots, name beside the marked one."""

    class_header: str
    count_header: str
    own_header: str
    others_sign: str
    own_sign: str
    own_name: str


def dot_strip(
    *,
    identifier: str,
    title: str,
    description: str,
    others_percent: Sequence[float],
    own_percent: float,
    words: DotStripWords,
    theme: Theme = Theme.SCREEN,
) -> Chart:
    """Draw the scores of the others as dots on the 0-100 scale and mark one's own.

    Raises ScaleError for a value off the scale, ValueError without others.
    """
    if not others_percent:
        raise ValueError(f"chart {identifier!r} has nobody to compare with")
    for value in others_percent:
        check_percent(value, "a participant's score")
    check_percent(own_percent, "the marked score")

    places = Counter(_place(value) for value in others_percent)
    highest = max(places.values())
    step = min(_STEP, _TALLEST / highest)
    above = 30
    ground = above + (highest - 1) * step + 8
    parts = [grid(theme, above - 6, ground + 8)]
    for place in sorted(places):
        dots = "".join(
            element("circle", {"cy": -index * step, "r": 3.0, **ink(theme, "other")})
            for index in range(places[place])
        )
        parts.append(anchored(theme, place, ground, dots))
    parts.append(_mark(theme, own_percent, above, ground, words.own_name))
    parts.append(scale_marks(theme, ground + 26))
    return Chart(
        identifier=identifier,
        title=title,
        description=description,
        svg=drawing(theme, identifier, title, description, ground + 32, "".join(parts)),
        legend=(
            LegendEntry(
                sign(theme, element("circle", {"r": 7, **ink(theme, "dot")})), words.own_sign
            ),
            LegendEntry(
                sign(theme, element("circle", {"r": 3, **ink(theme, "other")})), words.others_sign
            ),
        ),
        table=_table(others_percent, own_percent, words),
    )


def _place(value: float) -> float:
    """Return the middle of the class that holds `value`; 100 belongs to the last one."""
    last = 100 // _CLASS_POINTS - 1
    return (min(int(value // _CLASS_POINTS), last) + 0.5) * _CLASS_POINTS


def _mark(theme: Theme, own: float, above: float, ground: float, name: str) -> str:
    """Draw one's own dot on the ground line under a stem that bears the name and the score."""
    anchor = "start" if own < 20 else "end" if own > 80 else "middle"
    stem = {
        "x1": across(theme, own),
        "x2": across(theme, own),
        "y1": above - 8,
        "y2": ground,
        **ink(theme, "own-stem"),
    }
    label = {
        "x": across(theme, own),
        "y": 15,
        "text-anchor": anchor,
        "font-size": 15,
        **ink(theme, "value"),
    }
    return (
        element("line", stem)
        + anchored(theme, own, ground, element("circle", {"r": 7, **ink(theme, "dot")}))
        + element("text", label, text(f"{name} {whole(own)}"))
    )


def _table(others: Sequence[float], own: float, words: DotStripWords) -> ChartTable:
    def decade(value: float) -> int:
        return min(int(value // 10), 9)

    counts = Counter(decade(value) for value in others)
    rows = []
    for index in range(10):
        last = 100 if index == 9 else index * 10 + 9
        mark = f"{words.own_name} ({whole(own)})" if decade(own) == index else ""
        rows.append((f"{index * 10}–{last}", str(counts[index]), mark))
    return ChartTable((words.class_header, words.count_header, words.own_header), tuple(rows))
