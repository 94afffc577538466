"""The vendored fonts: they cover what the room believes, and their licence is beside them."""

import json
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from parvis import foundation
from parvis.documents.pdf import FONT_FOLDER

PAGE_FONTS = Path(foundation.__file__).parent / "static/foundation/fonts"
FONTS = sorted(FONT_FOLDER.glob("*.ttf"))


def test_three_weights_of_one_family():
    fonts = [TTFont(path) for path in FONTS]
    assert [font["OS/2"].usWeightClass for font in fonts] == [400, 600, 700]
    assert {font["name"].getBestFamilyName() for font in fonts} == {"Atkinson Hyperlegible Next"}


def test_coverage_file_lists_the_characters_of_all_weights():
    listed = {
        code
        for first, last in json.loads((FONT_FOLDER / "coverage.json").read_text(encoding="utf-8"))
        for code in range(first, last + 1)
    }
    assert listed == set.intersection(*(set(TTFont(path).getBestCmap()) for path in FONTS))


@pytest.mark.parametrize("path", FONTS, ids=lambda path: path.stem)
def test_french_typography_and_our_signs_are_covered(path):
    needed = (
        "àâæçéèêëîïôœùûüÿÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸŌō’«»…–—€°²½·•\u00a0\u2009\u202f\u2011→≤≥−×▲▼●✓✕\ufffd"
    )
    assert [
        character for character in needed if ord(character) not in TTFont(path).getBestCmap()
    ] == []


@pytest.mark.parametrize("folder", [FONT_FOLDER, PAGE_FONTS], ids=["documents", "pages"])
def test_licence_and_source_are_beside_the_fonts(folder):
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text(encoding="utf-8")
    assert "build_fonts.py" in (folder / "README.md").read_text(encoding="utf-8")


def test_page_fonts_are_light_enough_for_a_citizen_page():
    one_weight = sum(path.stat().st_size for path in PAGE_FONTS.glob("*-400-*.woff2"))
    assert 0 < one_weight < 25_000
