"""CSV files: what a spreadsheet reads back, and what it must not run."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from parvis.documents.spreadsheets import stream_csv


def read_back(text: str, delimiter: str = ";") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter))


def cell(value: object, language: str = "fr") -> str:
    text = "".join(stream_csv(["a"], [[value]], language=language))
    return read_back(text, ";" if language == "fr" else ",")[1][0]


def test_french_file_has_its_mark_semicolons_and_line_ends():
    lines = list(stream_csv(["Organisme", "Score"], [["Ville d’Œuilly", 61.5]], language="fr"))
    assert lines == ["\ufeffOrganisme;Score\r\n", "Ville d’Œuilly;61,5\r\n"]


def test_english_file_has_commas_and_decimal_points():
    lines = list(stream_csv(["Body", "Score"], [["A, B", 61.5]], language="en"))
    assert lines == ["\ufeffBody,Score\r\n", '"A, B",61.5\r\n']


@pytest.mark.parametrize(
    "formula",
    [
        "=1+1",
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "|calc",
        "%calc",
        "\t=1+1",
        " =1+1",
        "\r=1+1",
        "\n@SUM(A1)",
        "\u00a0-2+3",
        "＝1+1",
        '=HYPERLINK("http://a";"b")',
    ],
)
def test_formula_is_written_as_text(formula):
    assert cell(formula).startswith("'")
    header = "".join(stream_csv([formula], [], language="fr"))
    assert read_back(header)[0][0].startswith("'")


@pytest.mark.parametrize("text", ["Sainte-Marie", "a;b", 'dit "le Vieux"', "ligne\nligne", "2 = 2"])
def test_harmless_text_comes_back_unchanged(text):
    assert cell(text) == text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (True, "1"),
        (-3, "-3"),
        (-2.5, "-2,5"),
        (Decimal("-0.10"), "-0,10"),
        (Decimal("1E+3"), "1000"),
        (date(2026, 3, 2), "2026-03-02"),
        (datetime(2026, 3, 2, 9, 30, tzinfo=UTC), "2026-03-02T09:30:00+00:00"),
    ],
)
def test_values_are_written_for_a_french_spreadsheet(value, written):
    assert cell(value) == written


def test_lines_are_made_as_they_are_read():
    def endless():
        number = 0
        while True:
            number += 1
            yield [number]

    lines = stream_csv(["n"], endless(), language="fr")
    assert [next(lines) for _ in range(3)] == ["\ufeffn\r\n", "1\r\n", "2\r\n"]


def test_row_of_another_length_is_refused():
    lines = stream_csv(["a", "b"], [["1"]], language="fr")
    next(lines)
    with pytest.raises(ValueError, match="1 cells under 2 headers"):
        next(lines)
