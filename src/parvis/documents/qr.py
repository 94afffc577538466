"""QR codes as SVG, for kiosks, posters and second-factor set-up: scanned, never the only way in.

A page or a document that shows one also writes the address in letters.
"""

import segno
from django.utils.safestring import SafeString, mark_safe

from parvis.documents.charts.drawing import element, text


class QrError(ValueError):
    """The content is empty or too long for a QR code that a phone reads easily."""


LONGEST_CONTENT = 400
"""Bytes; at correction level M this is version 15, about the densest that scans off a poster."""


def qr_svg(content: str, *, label: str) -> SafeString:
    """Return a QR code of `content` that fills its container's width.

    `label` is the alternative text. The code is black on white with its quiet zone, in dark mode
    too: scanners expect dark modules on a light ground.

    Raises QrError for an empty content or one beyond LONGEST_CONTENT bytes of UTF-8.
    """
    size = len(content.encode("utf-8"))
    if not 0 < size <= LONGEST_CONTENT:
        raise QrError(f"a QR code holds 1 to {LONGEST_CONTENT} bytes, not {size}")
    code = segno.make_qr(content, error="m")
    rows = [list(row) for row in code.matrix_iter(border=code.default_border_size)]
    squares = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    drawing = element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "qr",
            "viewBox": f"0 0 {len(rows[0])} {len(rows)}",
            "width": "100%",
            "shape-rendering": "crispEdges",
            "role": "img",
        },
        element("title", {}, text(label)),
        element("rect", {"width": len(rows[0]), "height": len(rows), "fill": "#ffffff"}),
        element("path", {"d": squares, "fill": "#000000"}),
    )
    # `element` quotes the attributes and `text` escapes the label.
    return mark_safe(drawing)  # noqa: S308
