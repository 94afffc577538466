"""The trend before its band, and the week: where things are put, what is refused, the tables."""

import xml.etree.ElementTree as ET

import pytest

from parvis.documents.charts import (
    Chart,
    HeatCell,
    HeatMapWords,
    Position,
    ScaleError,
    Theme,
    TrendPoint,
    TrendWords,
    heat_map,
    trend_band,
)

WORDS = TrendWords(
    "Jour", "Part", "Avis", "Bande", "Écart", "part", "hasard", "niveau", "dehors", "plus haut",
    "plus bas", "aucun",
)  # fmt: skip
HEAT_WORDS = HeatMapWords(
    "Heure", "profondeur", "peu", "dehors", "plus haut", "plus bas", "trop peu"
)
HOSTILE = "<script>alert(1)</script>\" onload='x' & ]]> \x00"


def trend(*points: TrendPoint, theme: Theme = Theme.SCREEN, **changes: str) -> Chart:
    said = {"identifier": "t", "title": "Le titre", "description": "Le texte"} | changes
    return trend_band(points=points, level_percent=70, words=WORDS, theme=theme, **said)


def heat(cells: dict[tuple[int, int], HeatCell], theme: Theme = Theme.SCREEN) -> Chart:
    return heat_map(
        identifier="h",
        title=HOSTILE,
        description="Le texte",
        columns=["lundi", "mardi"],
        short_columns=["lun.", "mar."],
        rows=["9 h", "10 h"],
        cells=cells,
        words=HEAT_WORDS,
        theme=theme,
    )


def parsed(chart: Chart) -> ET.Element:
    return ET.fromstring(chart.svg.replace(' xmlns="http://www.w3.org/2000/svg"', ""))


def classes(chart: Chart) -> list[str]:
    return [node.get("class", "") for node in parsed(chart).iter()]


MONDAY = TrendPoint("01/06", 20, 75, 55, 90)
NOBODY = TrendPoint("02/06", 0, None, None, None)
LOW = TrendPoint("03/06", 30, 30, 55, 88, Position.BELOW)


def test_a_step_without_answer_breaks_the_line():
    assert classes(trend(MONDAY, NOBODY, LOW)).count("chart-own-stem") == 0
    assert classes(trend(MONDAY, LOW)).count("chart-own-stem") == 1
    assert classes(trend(MONDAY, NOBODY, LOW)).count("chart-noise") == 2


def test_a_point_outside_has_a_triangle_and_the_legend_says_so():
    outside = trend(MONDAY, LOW)
    assert classes(outside).count("chart-low") == 1
    assert [entry.text for entry in outside.legend][-1] == "dehors"
    assert [entry.text for entry in trend(MONDAY).legend][-1] == "niveau"


def test_higher_shares_are_higher_up():
    bands = [node for node in parsed(trend(MONDAY)).iter() if node.get("class") == "chart-noise"]
    # 90 % of 200 units is 20 below the top at 16; 55 to 90 is 70 units.
    assert (float(bands[0].get("y")), float(bands[0].get("height"))) == (36.0, 70.0)


def test_the_table_of_a_trend_says_all_the_drawing_does():
    assert trend(MONDAY, NOBODY, LOW).table.rows == (
        ("01/06", "75", "20", "55–90", ""),
        ("02/06", "aucun", "0", "–", ""),
        ("03/06", "30", "30", "55–88", "plus bas"),
    )


@pytest.mark.parametrize("theme", Theme)
def test_hostile_texts_stay_texts(theme):
    point = TrendPoint(HOSTILE, 1, 50, 40, 60)
    for chart in (
        trend(point, theme=theme, title=HOSTILE),
        heat({(0, 0): HeatCell(20, 50)}, theme),
    ):
        root = parsed(chart)
        assert not [node for node in root.iter() if node.tag == "script"]
        assert root.find("title").text == HOSTILE.replace("\x00", "\ufffd")


def test_what_has_no_place_is_refused():
    with pytest.raises(ScaleError):
        TrendPoint("x", 1, 101, None, None)
    with pytest.raises(ValueError, match="one limit"):
        TrendPoint("x", 1, 50, 40, None)
    with pytest.raises(ValueError, match="no point"):
        trend()
    with pytest.raises(ScaleError):
        HeatCell(3, -1)
    with pytest.raises(ValueError, match="needs rows"):
        heat_map(
            identifier="h", title="", description="", columns=["a"], short_columns=[], rows=["b"],
            cells={}, words=HEAT_WORDS,
        )  # fmt: skip


def test_the_least_satisfied_cell_is_the_deepest():
    cells = {
        (0, 0): HeatCell(20, 90),
        (1, 0): HeatCell(20, 40, Position.BELOW),
        (0, 1): HeatCell(3, None),
    }
    chart = heat(cells)
    found = classes(chart)
    assert {"chart-heat-0", "chart-heat-4", "chart-heat-none"} <= set(found)
    assert found.count("chart-low") == 1
    assert chart.table.rows == (
        ("9 h", "90 (20)", "40 (20) plus bas"),
        ("10 h", "trop peu", "–"),
    )
