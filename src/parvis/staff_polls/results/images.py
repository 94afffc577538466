"""One card as an image for a slide: 1600 × 900, its question above, its chart, where it is from.

Self-contained: no style sheet, no script, no address of another file.
"""

from __future__ import annotations

import re
import textwrap

from django.utils.translation import gettext as _

from parvis.documents.charts import Chart, Theme
from parvis.documents.charts.drawing import element, text
from parvis.staff_polls.results import charts
from parvis.staff_polls.results.cards import CardView, option_rows
from parvis.staff_polls.results.page import PollResults

WIDTH, HEIGHT = 1600, 900
_MARGIN, _TOP, _BOTTOM = 80, 90, 60
_FONT = "'Atkinson Hyperlegible Next', 'Atkinson Hyperlegible', Arial, sans-serif"
_TITLE_CHARACTERS, _TITLE_LINES = 48, 5
_TEXT_CHARACTERS = 95
_SIZE = re.compile(r'width="([\d.]+)" height="([\d.]+)"')


def slide(view: CardView, results: PollResults) -> str:
    """The image of a card, as SVG."""
    card = view.figures.card
    lines = textwrap.wrap(card.text, _TITLE_CHARACTERS)[:_TITLE_LINES]
    parts = [element("rect", {"width": WIDTH, "height": HEIGHT, "fill": "#ffffff"})]
    y = _TOP
    for line in lines:
        parts.append(_line(line, y, size=48, weight=700, fill="#0b5d6b"))
        y += 58
    for line in textwrap.wrap(view.gap or view.title, _TEXT_CHARACTERS):
        parts.append(_line(line, y, size=26, weight=400, fill="#1c2430"))
        y += 36
    chart = _chart(view, results)
    if chart is None:
        parts += _classes(view, y + 70)
    else:
        room = HEIGHT - _BOTTOM - 40 - y
        parts.append(_placed(chart, y, room))
    source = _("%(title)s – %(body)s, %(answers)d réponses au moins") % {
        "title": results.poll.title,
        "body": results.poll.organisation.name,
        "answers": view.figures.answers,
    }
    if results.poll.organisation.is_simulated:
        source += f" – {_('Simulation : organisme fictif')}"
    parts.append(_line(source, HEIGHT - _BOTTOM, size=20, weight=400, fill="#4f5a68"))
    named = element("title", {}, text(card.text)) + element("desc", {}, text(view.title))
    return element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": WIDTH,
            "height": HEIGHT,
            "viewBox": f"0 0 {WIDTH} {HEIGHT}",
            "font-family": _FONT,
            "role": "img",
        },
        named,
        *parts,
    )


def _chart(view: CardView, results: PollResults) -> Chart | None:
    guess = results.guess_of(view.figures.card.key)
    if guess is not None:
        return charts.guess_chart([guess], theme=Theme.PAPER)
    return charts.option_chart(view.figures, theme=Theme.PAPER) or charts.one_score_chart(
        view.figures, theme=Theme.PAPER
    )


def _placed(chart: Chart, top: int, room: int) -> str:
    """The drawing, as large as it fits, kept in proportion by the viewer."""
    frame = {"x": _MARGIN, "y": top, "width": WIDTH - 2 * _MARGIN, "height": room}
    size = _SIZE.search(chart.svg)
    assert size is not None  # every drawing on paper says its size
    view_box = {"viewBox": f"0 0 {size[1]} {size[2]}", "preserveAspectRatio": "xMinYMin meet"}
    return element("svg", {**frame, **view_box}, chart.svg)


def _classes(view: CardView, top: int) -> list[str]:
    """Coarse shares, which no bar may draw: each in words."""
    return [
        _line(f"{row.label} : {row.share}", top + 60 * place, size=36, weight=400, fill="#1c2430")
        for place, row in enumerate(option_rows(view.figures)[:9])
    ]


def _line(words: str, y: float, *, size: int, weight: int, fill: str) -> str:
    return element(
        "text",
        {"x": _MARGIN, "y": y, "font-size": size, "font-weight": weight, "fill": fill},
        text(words),
    )
