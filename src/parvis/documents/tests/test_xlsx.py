"""Workbooks read back with another reader: the archive by zipfile, the sheets by ElementTree."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from parvis.documents.xlsx import XlsxWriter, cells_of, new_state, row_of

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
HEADERS = ["Texte", "Nombre"]


def sheets_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        ET.fromstring(archive.read("[Content_Types].xml"))
        book = ET.fromstring(archive.read("xl/workbook.xml"))
        names = [sheet.get("name") for sheet in book.findall(".//m:sheet", NS)]
        return {
            name: [
                [
                    (cell.findtext("m:v", None, NS) or cell.findtext("m:is/m:t", None, NS))
                    for cell in row.findall("m:c", NS)
                ]
                for row in ET.fromstring(archive.read(f"xl/worksheets/sheet{n}.xml")).iter(
                    f"{{{NS['m']}}}row"
                )
            ]
            for n, name in enumerate(names, 1)
        }


def made(rows):
    return [row_of(cells_of(row)) for row in rows]


def written(rows, **options):
    file = io.BytesIO()
    writer = XlsxWriter(file, new_state(), headers=HEADERS, sheet_name="Réponses", **options)
    writer.write(made(rows))
    writer.finish()
    return file.getvalue()


def test_cells_of_each_kind():
    rows = [
        ['é < & > " 😀', 1],
        ["=1+1", Decimal("2.5")],
        ["a\x00b\x1fc\ud800", None],
        [datetime(2026, 1, 2, 3, 4, tzinfo=UTC), date(2026, 1, 2)],
        ["  bords  ", True],
    ]
    [heading, *read] = sheets_of(written(rows))["Réponses"]
    assert heading == HEADERS
    assert read == [
        ['é < & > " 😀', "1"],
        ["=1+1", "2.5"],
        ["a\ufffdb\ufffdc\ufffd", None],
        ["2026-01-02T03:04:00+00:00", "46024"],
        ["  bords  ", "1"],
    ]


def test_no_cell_is_a_formula():
    data = written([["=cmd|'/c calc'!A1", 1], ["@SUM(A1)", 2]])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_an_empty_workbook_has_its_headings():
    assert sheets_of(written([])) == {"Réponses": [HEADERS]}


def test_rows_beyond_a_sheet_go_to_the_next():
    rows = [[f"r{n}", n] for n in range(25)]
    read = sheets_of(written(rows, rows_of_a_sheet=10))
    assert [len(sheet) for sheet in read.values()] == [11, 11, 6]
    assert list(read) == ["Réponses", "Réponses 2", "Réponses 3"]
    assert [row for sheet in read.values() for row in sheet[1:]] == [
        [f"r{n}", str(n)] for n in range(25)
    ]


@pytest.mark.parametrize("cuts", [1, 3, 10, 11])
def test_a_writer_killed_between_two_commits_goes_on(cuts, tmp_path):
    """Each piece is written by another writer, after bytes that were never committed."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"")
    state = new_state()
    rows = [[f"texte {n}" * 20, n] for n in range(3000)]
    for start in range(0, len(rows), len(rows) // cuts):
        piece = rows[start : start + len(rows) // cuts]
        for is_killed in (True, False):
            with path.open("r+b") as file:
                file.truncate(state["size"])
                file.seek(state["size"])
                writer = XlsxWriter(
                    file, state, headers=HEADERS, sheet_name="R", rows_of_a_sheet=1000
                )
                writer.write(made(piece[:50] if is_killed else piece))
                committed = writer.commit()
            if not is_killed:
                state = committed
    with path.open("r+b") as file:
        file.truncate(state["size"])
        file.seek(state["size"])
        XlsxWriter(file, state, headers=HEADERS, sheet_name="R", rows_of_a_sheet=1000).finish()
    read = sheets_of(path.read_bytes())
    assert [row for sheet in read.values() for row in sheet[1:]] == [[t, str(n)] for t, n in rows]
