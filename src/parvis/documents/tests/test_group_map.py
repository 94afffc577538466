"""The map of groups: everybody inside, told apart by shape and letter, no name for the axes."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest

from parvis.documents.charts import Chart, GroupMapWords, GroupMark, Theme, group_map
from parvis.documents.tests.test_charts import HOSTILE, classes, parsed

WORDS = GroupMapWords(
    group_header="Groupe",
    people_header="Personnes",
    own_header="Vous",
    mark_sign="plus grand, plus de personnes",
    group_sign="groupe {name}",
    own_sign="vous",
    own_name="Vous",
    own_group="votre groupe",
)
MARKS = [
    GroupMark(-2.0, 0.5, 30, 0),
    GroupMark(-1.5, -0.5, 4, 0),
    GroupMark(1.0, 1.0, 10, 1),
    GroupMark(1.2, -1.0, 1, 2),
]


def drawn(**changes: Any) -> Chart:
    given: dict[str, Any] = {
        "identifier": "groups",
        "title": "Le titre",
        "description": "La description",
        "marks": MARKS,
        "names": "ABC",
        "sizes": [34, 10, 1],
        "words": WORDS,
    }
    return group_map(**(given | changes))


def places(chart: Chart) -> list[tuple[float, float]]:
    """Where things are on the page: percent across, units down."""
    return [
        (float(node.get("x", "").rstrip("%")), float(node.get("y", "")))
        for node in parsed(chart).iter("svg")
        if node.get("x", "").endswith("%")
    ]


def test_everybody_is_inside_the_frame_even_far_away():
    chart = drawn(own=(40.0, -3.0))
    assert len(places(chart)) == len(MARKS) + 3 + 1
    assert all(0 <= x <= 100 and 0 <= y <= 320 for x, y in places(chart))


def test_each_group_has_a_shape_and_a_letter_of_its_own():
    chart = drawn(names="ABCDE", sizes=[1] * 5, marks=[GroupMark(n, n, 1, n) for n in range(5)])
    shapes = re.findall(r"<(circle|rect|polygon)([^>]*chart-other[^>]*)>", chart.svg)
    assert len({(name, re.sub(r'points="[^"]{0,9}', "", rest)) for name, rest in shapes}) == 5
    assert [node.text for node in parsed(chart).iter("text")] == list("ABCDE")
    signs = [entry.text for entry in chart.legend]
    assert signs == [*(f"groupe {name}" for name in "ABCDE"), WORDS.mark_sign]


def test_a_mark_grows_with_its_people():
    radii = [
        float(found)
        for found in re.findall(r'<circle r="([\d.]+)" class="chart-other"', drawn().svg)
    ]
    # The largest first, so that it hides none.
    assert radii == sorted(radii, reverse=True)
    assert radii[0] == 15


def test_ones_own_place_and_group_are_told():
    assert "chart-dot" not in classes(drawn())
    chart = drawn(own=(-1.0, 0.0), own_group=0)
    assert classes(chart).count("chart-dot") == 2
    assert chart.table.rows == (("A", "34", "votre groupe"), ("B", "10", ""), ("C", "1", ""))
    assert chart.legend[-1].text == "vous"
    assert len(drawn().table.headers) == 2


def test_everybody_on_one_point_is_drawn_in_the_middle():
    chart = drawn(marks=[GroupMark(0.0, 0.0, 12, 0)], names="A", sizes=[12])
    assert places(chart) == [(50, 160), (50, 160)]


@pytest.mark.parametrize("theme", Theme)
def test_hostile_words_stay_words(theme):
    chart = drawn(title=HOSTILE, names=[HOSTILE, "B", "C"], theme=theme, own=(0.0, 0.0))
    root = parsed(chart)
    assert not [node.tag for node in root.iter() if node.tag == "script"]
    assert not [name for node in root.iter() for name in node.attrib if name.startswith("on")]
    if theme is not Theme.SCREEN:
        assert not any(classes(chart))
        assert "%" not in chart.svg.replace("100%", "")


def test_every_class_used_is_styled():
    css = (Path(__file__).parents[1] / "static/documents/charts.css").read_text(encoding="utf-8")
    used = {name for name in classes(drawn(own=(0.0, 0.0), own_group=1)) if name}
    assert {name for name in used if f".{name}" not in css} == set()
    assert len(used) > 6


@pytest.mark.parametrize(
    "changes",
    [
        {"marks": []},
        {"names": "ABCDEF", "sizes": [1] * 6},
        {"sizes": [1]},
        {"own": (math.nan, 0.0)},
        {"marks": [GroupMark(math.inf, 0.0, 1, 0)]},
    ],
)
def test_what_cannot_be_drawn_is_refused(changes):
    with pytest.raises(ValueError, match="groups"):
        drawn(**changes)
