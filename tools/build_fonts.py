"""Vendor Atkinson Hyperlegible Next for the pages (woff2) and for the documents (TTF).

The pages get the published woff2 subsets untouched. Typst reads no woff2 and PDF/A refuses a
character without a glyph, so the documents get one TTF per weight: the two subsets merged, plus the
few spaces and signs that French typography and our charts need and that the subsets lack. Run with
npm at hand: `python tools/build_fonts.py`; the same source gives the same bytes.
"""

import base64
import hashlib
import json
import math
import shutil
import subprocess
import tarfile
import tempfile
import unicodedata
from pathlib import Path

from fontTools.merge import Merger
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

PACKAGE = "@fontsource/atkinson-hyperlegible-next"
VERSION = "5.3.0"
SHA512_BASE64 = (
    "8p1tHVoPDo6oYwSO3sMw5snGwFwSf3TmeSF9Gcj792GXdsg6oqvhoItbj6Hj/XZIk0Xs+Cwu6pkLBAl3Q5HrwA=="
)
WEIGHTS = (400, 600, 700)
SUBSETS = ("latin", "latin-ext")

SOURCE_ROOT = Path(__file__).resolve().parents[1] / "src" / "parvis"
PAGE_FONTS = SOURCE_ROOT / "foundation" / "static" / "foundation" / "fonts"
DOCUMENT_FONTS = SOURCE_ROOT / "documents" / "fonts"

README = f"""\
# Fonts: Atkinson Hyperlegible Next

- Source: npm package `{PACKAGE}` {VERSION}, which packs the font of the Braille Institute
  (<https://github.com/googlefonts/atkinson-hyperlegible-next>, font version 2.001).
- Licence: SIL Open Font License 1.1, in `OFL.txt`; the font reserves no name.
- Made by `tools/build_fonts.py`, which checks the package's digest:
  change the script, not the files.
"""
PAGE_README = """
The woff2 files are the published `latin` and `latin-ext` subsets, byte for byte.
Citizen pages load one weight only.
"""
DOCUMENT_README = """
Typst reads no woff2: each TTF merges both subsets of a weight and adds U+2009, U+202F and U+2011,
the accented letters of Latin Extended-A that can be composed (Ō), the signs → ≤ ≥ ▲ ▼ ● ✓ ✕ drawn
by the script, and U+FFFD, which stands for what the font cannot write.
`coverage.json` lists the ranges of characters that the three files cover.
"""


def fetch_package(folder: Path) -> Path:
    """Download the pinned package into `folder`, check its digest, return the unpacked folder."""
    subprocess.run(
        ["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (archive,) = folder.glob("*.tgz")
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != SHA512_BASE64:
        raise SystemExit(f"{archive.name}: SHA-512 {digest} is not the pinned {SHA512_BASE64}")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / "package"


def subset_file(package: Path, subset: str, weight: int) -> Path:
    return package / "files" / f"atkinson-hyperlegible-next-{subset}-{weight}-normal.woff2"


def polygon(pen: TTGlyphPen, points: list[tuple[float, float]]) -> None:
    """Draw a closed shape: TrueType fills clockwise contours, the other way makes a hole."""
    pen.moveTo((round(points[0][0]), round(points[0][1])))
    for x, y in points[1:]:
        pen.lineTo((round(x), round(y)))
    pen.closePath()


def thick_line(
    pen: TTGlyphPen, start: tuple[float, float], end: tuple[float, float], stroke: float
) -> None:
    length = math.dist(start, end)
    across = (
        (end[1] - start[1]) / length * stroke / 2,
        -(end[0] - start[0]) / length * stroke / 2,
    )
    polygon(
        pen,
        [
            (start[0] + across[0], start[1] + across[1]),
            (start[0] - across[0], start[1] - across[1]),
            (end[0] - across[0], end[1] - across[1]),
            (end[0] + across[0], end[1] + across[1]),
        ],
    )


def draw_sign(character: str, pen: TTGlyphPen, stroke: float) -> int:
    """Draw one of our signs, as high as a capital letter; return its advance width."""
    if character == "▲":
        polygon(pen, [(60, 40), (350, 620), (640, 40)])
        return 700
    if character == "▼":
        polygon(pen, [(60, 620), (640, 620), (350, 40)])
        return 700
    if character == "●":
        corners = 32
        turn = 2 * math.pi / corners
        polygon(
            pen,
            [
                (330 + 260 * math.cos(-i * turn), 330 + 260 * math.sin(-i * turn))
                for i in range(corners)
            ],
        )
        return 660
    if character == "✓":
        thick_line(pen, (70, 300), (270, 70), stroke)
        thick_line(pen, (240, 60), (620, 610), stroke)
        return 690
    if character == "✕":
        thick_line(pen, (80, 90), (570, 580), stroke)
        thick_line(pen, (80, 580), (570, 90), stroke)
        return 650
    if character == "→":
        thick_line(pen, (60, 330), (780, 330), stroke)
        thick_line(pen, (560, 550), (800, 310), stroke)
        thick_line(pen, (560, 110), (800, 350), stroke)
        return 880
    if character in "≤≥":
        left, right = (70, 530) if character == "≤" else (530, 70)
        thick_line(pen, (right, 600), (left, 380), stroke)
        thick_line(pen, (left, 400), (right, 180), stroke)
        thick_line(pen, (70, 50), (530, 50), stroke)
        return 600
    if character == "\ufffd":
        polygon(pen, [(60, 0), (60, 668), (500, 668), (500, 0)])
        polygon(pen, [(120, 60), (440, 60), (440, 608), (120, 608)])
        return 560
    raise ValueError(f"no drawing for {character!r}")


def accented_letters(font: TTFont) -> dict[int, str]:
    """Compose the accented letters of Latin Extended-A that the subsets lack, and name them.

    Place names of French Polynesia need Ō and ō. The merge loses the marks' anchors, so the mark is
    centred above its letter here, higher above a capital.
    """
    characters = font.getBestCmap()
    glyphs = font["glyf"]
    rise = font["OS/2"].sCapHeight - font["OS/2"].sxHeight
    composed: dict[int, str] = {}
    for code in range(0x100, 0x180):
        parts = unicodedata.normalize("NFD", chr(code))
        if code in characters or len(parts) != 2 or any(ord(p) not in characters for p in parts):
            continue
        letter, mark = (characters[ord(part)] for part in parts)
        shift = (glyphs[letter].xMin + glyphs[letter].xMax) / 2
        shift -= (glyphs[mark].xMin + glyphs[mark].xMax) / 2
        pen = TTGlyphPen(glyphs)
        pen.addComponent(letter, (1, 0, 0, 1, 0, 0))
        height = rise if parts[0].isupper() else 0
        pen.addComponent(mark, (1, 0, 0, 1, round(shift), height))
        name = f"uni{code:04X}"
        glyphs[name] = pen.glyph()
        glyphs[name].recalcBounds(glyphs)
        font["hmtx"][name] = (font["hmtx"][letter][0], glyphs[name].xMin)
        composed[code] = name
    return composed


def complete(font: TTFont, weight: int) -> None:
    """Add to a merged font the spaces, letters and signs that the published subsets lack."""
    stroke = 70 + (weight - 400) * 0.17
    characters = font.getBestCmap()
    no_break_width = font["hmtx"][characters[0xA0]][0]
    additions = {0x2011: characters[ord("-")], **accented_letters(font)}
    for space in (0x2009, 0x202F):
        name = f"uni{space:04X}"
        font["glyf"][name] = TTGlyphPen(None).glyph()
        font["hmtx"][name] = (no_break_width // 2, 0)
        additions[space] = name
    for character in "→≤≥▲▼●✓✕\ufffd":
        name = f"uni{ord(character):04X}"
        pen = TTGlyphPen(None)
        width = draw_sign(character, pen, stroke)
        glyph = pen.glyph()
        font["glyf"][name] = glyph
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = (width, glyph.xMin)
        additions[ord(character)] = name
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap.update(additions)
    font.setGlyphOrder(font["glyf"].glyphOrder)


def ranges(codes: list[int]) -> list[tuple[int, int]]:
    """Return sorted inclusive ranges covering exactly `codes`."""
    found: list[tuple[int, int]] = []
    for code in sorted(codes):
        if found and code == found[-1][1] + 1:
            found[-1] = (found[-1][0], code)
        else:
            found.append((code, code))
    return found


def build_page_fonts(package: Path) -> None:
    PAGE_FONTS.mkdir(parents=True, exist_ok=True)
    for weight in WEIGHTS:
        for subset in SUBSETS:
            source = subset_file(package, subset, weight)
            shutil.copyfile(source, PAGE_FONTS / source.name)
    shutil.copyfile(package / "LICENSE", PAGE_FONTS / "OFL.txt")
    (PAGE_FONTS / "README.md").write_text(README + PAGE_README, encoding="utf-8")


def build_document_fonts(package: Path) -> None:
    DOCUMENT_FONTS.mkdir(parents=True, exist_ok=True)
    covered: set[int] | None = None
    for weight in WEIGHTS:
        sources = [str(subset_file(package, subset, weight)) for subset in SUBSETS]
        font = Merger().merge(sources)
        complete(font, weight)
        font.flavor = None
        font.recalcTimestamp = False
        # The merger stamps the hour of the merge, which would change the bytes at every run.
        published = TTFont(sources[0])["head"]
        font["head"].created, font["head"].modified = published.created, published.modified
        font.save(DOCUMENT_FONTS / f"AtkinsonHyperlegibleNext-{weight}.ttf")
        codes = set(font.getBestCmap())
        covered = codes if covered is None else covered & codes
    assert covered is not None
    (DOCUMENT_FONTS / "coverage.json").write_text(
        json.dumps(ranges(list(covered))) + "\n", encoding="utf-8"
    )
    shutil.copyfile(package / "LICENSE", DOCUMENT_FONTS / "OFL.txt")
    (DOCUMENT_FONTS / "README.md").write_text(README + DOCUMENT_README, encoding="utf-8")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        package = fetch_package(Path(folder))
        build_page_fonts(package)
        build_document_fonts(package)


if __name__ == "__main__":
    main()
