"""The drawings: what they refuse, where they put things, and that no text becomes markup."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from parvis.documents.charts import (
    Chart,
    DotStripWords,
    IntervalRow,
    IntervalWords,
    Position,
    ScaleError,
    Theme,
    dot_strip,
    interval_bar,
)
from parvis.documents.charts.drawing import element
from parvis.documents.charts.scale import interval, whole

HOSTILE = "<script>alert(1)</script>\" onload='x' & ]]> \x00 \ud800 #set $x$"

WORDS = IntervalWords(
    label_header="Canal",
    value_header="Score",
    interval_header="Intervalle",
    reference_header="Moyenne",
    position_header="Écart",
    value_sign="vous",
    interval_sign="possible à 95 %",
    reference_sign="moyenne des participants",
    outside_sign="hors de l’attendu",
    above="au-dessus",
    below="en dessous",
    missing="non évaluable",
)
STRIP_WORDS = DotStripWords("Score", "Participants", "Vous", "un participant", "vous", "Vous")


def bars(*rows: IntervalRow, theme: Theme = Theme.SCREEN, **changes: str) -> Chart:
    said = {"identifier": "channels", "title": "Le titre", "description": "La description"}
    return interval_bar(rows=rows, words=WORDS, theme=theme, **(said | changes))


def parsed(chart: Chart) -> ET.Element:
    """Parse the drawing as XML after dropping the namespace, present on paper only."""
    return ET.fromstring(chart.svg.replace(' xmlns="http://www.w3.org/2000/svg"', ""))


def classes(chart: Chart) -> list[str]:
    return [node.get("class", "") for node in parsed(chart).iter()]


PHONE = IntervalRow("Téléphone", 72, 60, 83, 74)
POST = IntervalRow("Courrier", 33, 16, 50, 56, Position.BELOW)
VISIT = IntervalRow("Visite", None)


def test_drawing_is_named_and_described_by_ids_of_its_own():
    root = parsed(bars(PHONE))
    assert root.get("role") == "img"
    assert root.find(f"title[@id='{root.get('aria-labelledby')}']").text == "Le titre"
    assert root.find(f"desc[@id='{root.get('aria-describedby')}']").text == "La description"
    assert root.get("aria-labelledby") != parsed(bars(PHONE, identifier="b")).get("aria-labelledby")


@pytest.mark.parametrize("identifier", ["", "1st", "a b", 'a"b', "Channels", "a.b"])
def test_identifier_unfit_for_an_id_is_refused(identifier):
    with pytest.raises(ValueError, match="cannot identify"):
        bars(PHONE, identifier=identifier)


@pytest.mark.parametrize("theme", Theme)
def test_hostile_text_stays_text(theme):
    chart = bars(IntervalRow(HOSTILE, 50, 40, 60, 45), theme=theme, title=HOSTILE)
    root = parsed(chart)
    assert not [node.tag for node in root.iter() if node.tag == "script"]
    assert not [name for node in root.iter() for name in node.attrib if name.startswith("on")]
    readable = HOSTILE.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    assert root.find("title").text == readable
    assert chart.table.rows[0][0] == HOSTILE


@pytest.mark.parametrize("value", ["#1c2430", "été 12 %", "a<b", 'd’un "mot"', "l'x", "a&b\n"])
def test_a_value_is_read_back_as_it_was_given(value):
    assert ET.fromstring(element("g", {"data-x": value, "y": 1.5})).attrib == {
        "data-x": value,
        "y": "1.5",
    }


def test_a_value_holds_nothing_that_xml_refuses():
    assert element("g", {"data-x": "a\x00b"}) == '<g data-x="a\ufffdb"></g>'


def test_page_theme_holds_no_style_and_no_colour_of_its_own():
    chart = bars(PHONE, POST, VISIT)
    for svg in (chart.svg, *(entry.sign_svg for entry in chart.legend)):
        assert "style" not in svg
        assert "#" not in svg


def test_paper_theme_needs_no_style_sheet():
    chart = bars(PHONE, POST, VISIT, theme=Theme.PAPER)
    assert not any(classes(chart))
    assert "%" not in chart.svg
    assert 'font-family="Atkinson Hyperlegible Next"' in chart.svg


def test_every_class_used_is_styled():
    css = (Path(__file__).parents[1] / "static/documents/charts.css").read_text(encoding="utf-8")
    strip = spread([50], own=60)
    used = {name for chart in (bars(PHONE, POST, VISIT), strip) for name in classes(chart) if name}
    assert {name for name in used if f".{name}" not in css} == set()
    assert len(used) > 8


def test_band_covers_the_interval_and_the_dot_marks_the_score():
    root = parsed(bars(PHONE))
    band = root.find("rect")
    assert (band.get("x"), band.get("width")) == ("60%", "23%")
    anchors = {
        child.get("class"): place.get("x") for place in root.findall("svg") for child in place
    }
    assert anchors == {"chart-reference": "74%", "chart-dot": "72%"}


def test_paper_places_the_same_things_at_the_same_share_of_its_width():
    band = parsed(bars(PHONE, theme=Theme.PAPER)).find(".//rect")
    assert float(band.get("x")) == pytest.approx(0.60 * 606, abs=0.01)
    assert float(band.get("width")) == pytest.approx(0.23 * 606, abs=0.01)


def test_outside_of_expected_has_a_shape_a_word_and_a_legend():
    chart = bars(PHONE, POST)
    assert classes(chart).count("chart-low") == 1
    assert [row[-1] for row in chart.table.rows] == ["", "en dessous"]
    assert chart.legend[-1].text == "hors de l’attendu"
    above = bars(IntervalRow("Courriel", 79, 70, 91, 66, Position.ABOVE))
    assert "chart-high" in classes(above)
    assert "chart-low" not in classes(above)


def test_legend_and_table_leave_out_what_no_row_has():
    chart = bars(IntervalRow("Téléphone", 72))
    assert chart.table.headers == ("Canal", "Score")
    assert [entry.text for entry in chart.legend] == ["vous"]


def test_what_could_not_be_assessed_is_said_and_not_drawn():
    chart = bars(VISIT)
    assert "non évaluable" in chart.svg
    assert parsed(chart).find("svg") is None
    assert chart.table.rows == (("Visite", "non évaluable"),)


def test_long_label_takes_more_lines_and_loses_no_word():
    label = "Accueil et orientation dès la première prise de contact avec le service"
    root = parsed(bars(IntervalRow(label, 50)))
    lines = [node.text for node in root.findall("text") if node.get("class") == "chart-label"]
    assert len(lines) > 2
    assert " ".join(lines) == label
    assert float(root.get("height")) > float(parsed(bars(IntervalRow("A", 50))).get("height"))


@pytest.mark.parametrize(
    "row",
    [
        {"value_percent": 101},
        {"value_percent": -0.1},
        {"value_percent": float("nan")},
        {"value_percent": 50, "lower_percent": 40},
        {"value_percent": None, "lower_percent": 40, "upper_percent": 60},
        {"value_percent": 70, "lower_percent": 40, "upper_percent": 60},
        {"value_percent": 50, "reference_percent": float("inf")},
    ],
)
def test_row_that_makes_no_sense_is_refused(row):
    with pytest.raises(ScaleError):
        IntervalRow("Téléphone", **row)


def test_chart_without_rows_is_refused():
    with pytest.raises(ValueError, match="no row"):
        bars()


@pytest.mark.parametrize(
    ("value", "written"), [(None, "–"), (0, "0"), (62.5, "63"), (63.5, "64"), (99.4999, "99")]
)
def test_scores_are_rounded_as_people_round(value, written):
    assert whole(value) == written


def test_interval_is_written_with_both_bounds():
    assert interval(52.4, 63.5) == "52–64"
    assert interval(None, None) == "–"


def spread(others: list[float], own: float, theme: Theme = Theme.SCREEN) -> Chart:
    return dot_strip(
        identifier="spread",
        title="Titre",
        description="Description",
        others_percent=others,
        own_percent=own,
        words=STRIP_WORDS,
        theme=theme,
    )


def test_strip_draws_one_dot_each_by_classes_of_two_points():
    root = parsed(spread([50.1, 51.9, 52, 100, 0], own=68))
    stacks = {
        place.get("x"): len(place)
        for place in root.findall("svg")
        if place[0].get("class") == "chart-other"
    }
    assert stacks == {"1%": 1, "51%": 2, "53%": 1, "99%": 1}


def test_strip_counts_by_tens_and_marks_ones_own_class():
    table = spread([0, 9.9, 10, 100, 95], own=68.2).table
    assert [row[1] for row in table.rows] == ["2", "1", *["0"] * 7, "2"]
    assert [row[2] for row in table.rows if row[2]] == ["Vous (68)"]
    assert table.rows[-1][0] == "90–100"


def test_strip_of_a_thousand_equal_scores_keeps_a_bounded_height():
    assert float(parsed(spread([50.0] * 1000, own=50)).get("height")) < 180


@pytest.mark.parametrize(("others", "own"), [([], 50), ([50, 101], 50), ([50], -1)])
def test_strip_refuses_nobody_and_values_off_the_scale(others, own):
    with pytest.raises(ValueError):
        spread(others, own)
