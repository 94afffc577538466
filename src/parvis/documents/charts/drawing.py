"""SVG elements for both themes, written so that no text can become markup.

Across, a drawing is measured in percent of its scale: the page keeps percentages, so that a chart
fits any width while its letters keep their size, and the report turns them into units of a fixed
width, reduced to 75 % by the page that holds it. Downwards, both use the same units (CSS pixels).
"""

import re
import textwrap
from enum import StrEnum
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from django.utils.safestring import SafeString, mark_safe

FONT_FAMILY = "Atkinson Hyperlegible Next"
SIDE = 18
"""Room on each side of the scale, for a dot at 0 or 100 and its sign; labels start there."""

_IDENTIFIER = re.compile(r"[a-z][a-z0-9-]*")
# What XML 1.0 cannot hold even escaped: a parser would refuse the whole drawing.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Letters, digits and signs that XML takes as they are.
_PLAIN = re.compile(r"[\w #%().,:-]*")

Attribute = str | int | float


class Theme(StrEnum):
    """Where a chart is drawn: on a page of any width, or on paper over the sheet or a column."""

    SCREEN = "screen"
    PAPER = "paper"
    PAPER_COLUMN = "paper column"

    @property
    def width(self) -> int:
        """Width on paper: three quarters of it, in points, is the text width or a half-column."""
        return 304 if self is Theme.PAPER_COLUMN else 642

    @property
    def label_characters(self) -> int:
        """Characters of a label that fit beside its value, at 320 px or on paper."""
        return {Theme.SCREEN: 22, Theme.PAPER: 56, Theme.PAPER_COLUMN: 25}[self]


_PAPER_INK: dict[str, dict[str, Attribute]] = {
    "grid": {"stroke": "#dfe4ea", "stroke-width": 1},
    "band": {"fill": "#d9ecee", "stroke": "#0b5d6b", "stroke-width": 1},
    "noise": {"fill": "#e4ecec"},
    "level": {"stroke": "#5b6675", "stroke-width": 1.5},
    "heat-none": {"fill": "none", "stroke": "#dfe4ea", "stroke-dasharray": "2 3"},
    "heat-0": {"fill": "#f1f6f7"},
    "heat-1": {"fill": "#dceaec"},
    "heat-2": {"fill": "#c6dde0"},
    "heat-3": {"fill": "#aecfd3"},
    "heat-4": {"fill": "#94bfc5"},
    "plane": {"fill": "none", "stroke": "#dfe4ea"},
    "letter": {"fill": "#ffffff", "stroke": "#5b6675", "stroke-width": 1},
    "own-ring": {"fill": "#ffffff", "stroke": "#1c2430", "stroke-width": 2.5},
    "dot": {"fill": "#0b5d6b"},
    "other": {"fill": "#98a2ae"},
    "reference": {"stroke": "#5b6675", "stroke-width": 3},
    "own-stem": {"stroke": "#0b5d6b", "stroke-width": 1.5},
    "high": {"fill": "#2f7d4f"},
    "low": {"fill": "#b23a2e"},
    "label": {"fill": "#1c2430"},
    "soft": {"fill": "#5b6675"},
    "value": {"fill": "#1c2430", "font-weight": 700},
}


def ink(theme: Theme, role: str) -> dict[str, Attribute]:
    """Return how a part is coloured: a class on a page, explicit colours on paper."""
    if theme is Theme.SCREEN:
        return {"class": f"chart-{role}"}
    return _PAPER_INK[role]


def element(name: str, attributes: dict[str, Attribute], *children: str) -> str:
    """Write one element; `children` are elements already written, or text passed through `text`."""
    written = "".join(f" {key}={_quoted(value)}" for key, value in attributes.items())
    return f"<{name}{written}>{''.join(children)}</{name}>"


def text(content: str) -> str:
    """Escape a text for use as a child, without the characters that XML cannot hold."""
    return escape(_NOT_XML.sub("\ufffd", content))


def across(theme: Theme, percent: float) -> str:
    """Return a place or a width on the scale."""
    if theme is Theme.SCREEN:
        return f"{_number(percent)}%"
    return _number(percent / 100 * (theme.width - 2 * SIDE))


def anchored(theme: Theme, percent: float, y: float, *children: str) -> str:
    """Place shapes drawn around their own origin at `percent` of the scale and height `y`."""
    if theme is Theme.SCREEN:
        return element(
            "svg", {"x": across(theme, percent), "y": y, "overflow": "visible"}, *children
        )
    place = f"translate({across(theme, percent)} {_number(y)})"
    return element("g", {"transform": place}, *children)


def wrapped(theme: Theme, label: str) -> list[str]:
    """Cut a label into the lines that fit; a word longer than a line is cut as well."""
    return textwrap.wrap(label, theme.label_characters) or [""]


def label_lines(theme: Theme, lines: list[str], y: float, line_height: float) -> str:
    return "".join(
        element(
            "text",
            {"x": -SIDE, "y": y + index * line_height, "font-size": 15, **ink(theme, "label")},
            text(line),
        )
        for index, line in enumerate(lines)
    )


def scale_marks(theme: Theme, y: float) -> str:
    """Write 0, 25, 50, 75 and 100 under the scale."""
    return "".join(
        element(
            "text",
            {
                "x": across(theme, mark),
                "y": y,
                "text-anchor": "middle",
                "font-size": 13,
                **ink(theme, "soft"),
            },
            str(mark),
        )
        for mark in (0, 25, 50, 75, 100)
    )


def grid(theme: Theme, top: float, bottom: float) -> str:
    """Draw the vertical lines of the scale between two heights."""
    return "".join(
        element(
            "line",
            {
                "x1": across(theme, mark),
                "x2": across(theme, mark),
                "y1": top,
                "y2": bottom,
                **ink(theme, "grid"),
            },
        )
        for mark in (0, 25, 50, 75, 100)
    )


def triangle(theme: Theme, x: float, *, upwards: bool) -> str:
    """Draw the sign of a result outside of what is expected, centred on `x` around height 0."""
    points = f"M{_number(x - 6)} 5h12l-6-10z" if upwards else f"M{_number(x - 6)} -5h12l-6 10z"
    return element("path", {"d": points, **ink(theme, "high" if upwards else "low")})


def drawing(
    theme: Theme, identifier: str, title: str, description: str, height: float, content: str
) -> SafeString:
    """Wrap the parts of a chart into one image with its accessible name and description."""
    if not _IDENTIFIER.fullmatch(identifier):
        raise ValueError(f"{identifier!r} cannot identify a chart: use a-z, 0-9 and hyphens")
    names: dict[str, Attribute] = {
        "role": "img",
        "aria-labelledby": f"{identifier}-title",
        "aria-describedby": f"{identifier}-description",
    }
    said = element("title", {"id": f"{identifier}-title"}, text(title)) + element(
        "desc", {"id": f"{identifier}-description"}, text(description)
    )
    if theme is Theme.SCREEN:
        size: dict[str, Attribute] = {"class": "chart-drawing", "width": "100%", "height": height}
    else:
        size = {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": theme.width,
            "height": height,
            "viewBox": f"0 0 {theme.width} {_number(height)}",
            "font-family": FONT_FAMILY,
        }
        content = element("g", {"transform": f"translate({SIDE} 0)"}, content)
    # Every text above went through `text` and every attribute through quoteattr.
    return mark_safe(element("svg", {**size, **names}, said, content))  # noqa: S308


def sign(theme: Theme, content: str) -> SafeString:
    """Wrap a part of a drawing, centred on (0, 0), into the small image that the legend shows."""
    attributes: dict[str, Attribute] = {"width": 32, "height": 20, "viewBox": "-16 -10 32 20"}
    if theme is Theme.SCREEN:
        attributes |= {"class": "chart-sign", "aria-hidden": "true", "focusable": "false"}
    else:
        attributes |= {"xmlns": "http://www.w3.org/2000/svg"}
    return mark_safe(element("svg", attributes, content))  # noqa: S308


@lru_cache(maxsize=4096, typed=True)
def _quoted(value: Attribute) -> str:
    """Write the value of an attribute, most of which hold nothing to escape.

    Remembered: a drawing of many cells says the same few classes and places again and again.
    """
    if isinstance(value, str) and _PLAIN.fullmatch(value) is None:
        return quoteattr(_number(value))
    return f'"{value if isinstance(value, str) else _number(value)}"'


def _number(value: Attribute) -> str:
    """Write a number without a trail of digits, so that the same chart has the same bytes."""
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return _NOT_XML.sub("\ufffd", str(value))
