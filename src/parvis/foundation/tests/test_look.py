"""The style sheets keep their promises: contrast, layers, no stray colour, no foreign address."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[1] / "static" / "foundation"
SHEETS = sorted((STATIC / "css").glob("*.css"))

TEXT, GRAPHIC = 4.5, 3.0
# (what is drawn, on what, WCAG 2.2 minimum): every pair that the components put together.
PAIRS = [
    *[
        (ink, ground, TEXT)
        for ink in ("ink", "soft", "brand", "brand-strong", "low")
        for ground in ("paper", "card")
    ],
    *[("ink", ground, TEXT) for ground in ("band", "band-good", "band-bad", "band-warn")],
    ("brand-ink", "brand", TEXT),
    ("brand-ink", "brand-strong", TEXT),
    *[
        (mark, ground, GRAPHIC)
        for mark in ("control", "focus", "accent", "mid", "high", "dot", "peer")
        for ground in ("paper", "card")
    ],
    ("brand", "band", GRAPHIC),
    ("high", "band-good", GRAPHIC),
    ("low", "band-bad", GRAPHIC),
    ("mid", "band-warn", GRAPHIC),
    ("dot", "band", GRAPHIC),
    ("peer", "band", GRAPHIC),
]


def palettes() -> dict[str, dict[str, str]]:
    text = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
    light, dark = text.split("@media (prefers-color-scheme: dark)")
    colours = re.compile(r"--([\w-]+):\s*(#[0-9a-f]{6});")
    return {"light": dict(colours.findall(light)), "dark": dict(colours.findall(dark))}


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_of_known_pairs() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "minimum"), PAIRS)
def test_every_pair_of_colours_is_readable(
    scheme: str, ink: str, ground: str, minimum: float
) -> None:
    palette = palettes()[scheme]
    assert contrast(palette[ink], palette[ground]) >= minimum


def test_both_schemes_define_the_same_colours() -> None:
    both = palettes()
    assert both["light"].keys() == both["dark"].keys()
    assert len(both["light"]) > 15


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_sheet_takes_its_colours_from_the_tokens(sheet: Path) -> None:
    if sheet.name == "tokens.css":
        return
    screen = re.sub(
        r"@media print \{.*?\n  \}\n", "", sheet.read_text(encoding="utf-8"), flags=re.S
    )
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b", screen)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_sheet_loads_only_files_that_exist_here(sheet: Path) -> None:
    text = sheet.read_text(encoding="utf-8")
    for address in re.findall(r'url\("([^"]+)"\)', text):
        assert (sheet.parent / address).resolve().is_file(), address


def test_the_vendored_scripts_are_those_described() -> None:
    readme = (STATIC / "vendor" / "README.md").read_text(encoding="utf-8")
    stated = dict(re.findall(r"`(\S+\.js)`: sha256 `([0-9a-f]{64})`", readme))
    scripts = {path.name: path.read_bytes() for path in (STATIC / "vendor").glob("*.js")}
    assert stated == {name: hashlib.sha256(data).hexdigest() for name, data in scripts.items()}
    assert set(scripts) == {"htmx.min.js", "blindrsa.min.js"}
