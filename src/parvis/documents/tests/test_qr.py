"""QR codes: the drawing is the code that segno computes, named and free of markup."""

import re
import xml.etree.ElementTree as ET

import pytest
import segno

from parvis.documents.qr import LONGEST_CONTENT, QrError, qr_svg

NAMESPACE = "{http://www.w3.org/2000/svg}"


def test_drawing_has_exactly_the_dark_modules_inside_a_quiet_zone():
    content = "https://parvis.example/avis/7Q4Z"
    root = ET.fromstring(qr_svg(content, label="Donner son avis"))
    path = root.find(f"{NAMESPACE}path").get("d")
    drawn = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)", path)}
    expected = {
        (x + 4, y + 4)
        for y, row in enumerate(segno.make_qr(content, error="m").matrix)
        for x, dark in enumerate(row)
        if dark
    }
    assert drawn == expected


def test_label_is_its_name_and_stays_text():
    root = ET.fromstring(qr_svg("a", label='<b>"x" & y'))
    assert root.get("role") == "img"
    assert root.find(f"{NAMESPACE}title").text == '<b>"x" & y'


@pytest.mark.parametrize("content", ["", "é" * (LONGEST_CONTENT // 2 + 1)])
def test_empty_or_too_long_content_is_refused(content):
    with pytest.raises(QrError):
        qr_svg(content, label="x")


def test_longest_content_fits():
    assert "<path" in qr_svg("é" * (LONGEST_CONTENT // 2), label="x")
