"""What a screen in the hall shows: large figures of many answers, no comment, nothing small.

Three views, one after the other: the whole, each touchpoint, what pleased. Everything is of the
last thirty days, of the touchpoints where at least five people work, and of at least thirty
answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from parvis.feedback.boards.charts import reason_labels
from parvis.feedback.boards.filters import named_period, shown_in_detail
from parvis.feedback.boards.findings import figures_of
from parvis.feedback.boards.periods import Period
from parvis.feedback.boards.reading import Counts, Totals
from parvis.feedback.boards.wording import percent
from parvis.feedback.models import MINIMUM_ANSWERS_WITH_FEW_AGENTS, Touchpoint
from parvis.statistics.satisfaction import FIRST_SATISFIED

MINIMUM_ON_A_WALL = MINIMUM_ANSWERS_WITH_FEW_AGENTS
MOST_LINES = 6
SECONDS_A_VIEW = 20
PERIOD = "30j"


@dataclass(frozen=True, slots=True)
class WallLine:
    label: str
    share: str
    # 0–100, for the bar beside it.
    percent: int


@dataclass(frozen=True, slots=True)
class Wall:
    """`view` is one of "whole", "points", "reasons", "waiting"; `shown` is its rank."""

    view: str
    share: str
    answers: int
    lines: Sequence[WallLine]
    shown: int
    next_view: int


def read_wall(
    *, organisation_id: int, touchpoints: Sequence[Touchpoint], today: date, view: int
) -> Wall:
    """The view asked for, or the next one that has enough answers to show."""
    period = named_period(PERIOD, today)
    detailed = [t for t in touchpoints if shown_in_detail(t, period)]
    counts = Counts(organisation_id=organisation_id, touchpoints=[t.pk for t in detailed])
    by_touchpoint = counts.by_touchpoint(period)
    whole = figures_of(sum(by_touchpoint.values(), start=Totals()).levels)
    if whole is None or whole.answers < MINIMUM_ON_A_WALL:
        return Wall("waiting", "", 0, (), 0, 0)
    views: list[tuple[str, Sequence[WallLine]]] = [("whole", ())]
    points = _points(detailed, by_touchpoint)
    if len(points) > 1:
        views.append(("points", tuple(points)))
    reasons = _reasons(counts, period)
    if reasons:
        views.append(("reasons", tuple(reasons)))
    name, lines = views[view % len(views)]
    return Wall(
        view=name,
        share=percent(whole.share),
        answers=_rounded(whole.answers),
        lines=lines,
        shown=view % len(views),
        next_view=(view + 1) % len(views),
    )


def _rounded(answers: int) -> int:
    """Tens, then hundreds: nobody in the hall sees an answer arrive by the difference."""
    step = 10 if answers < 1000 else 100
    return answers // step * step


def _line(label: str, share: float) -> WallLine:
    return WallLine(label, percent(share), round(100 * share))


def _points(touchpoints: Sequence[Touchpoint], totals: dict[int, Totals]) -> list[WallLine]:
    """In the order of their names: a wall ranks nobody."""
    lines = []
    for touchpoint in touchpoints:
        figures = figures_of(totals[touchpoint.pk].levels)
        if figures is not None and figures.answers >= MINIMUM_ON_A_WALL:
            lines.append(_line(touchpoint.name, figures.share))
    return lines[:MOST_LINES]


def _reasons(counts: Counts, period: Period) -> list[WallLine]:
    """What those who left satisfied say counted, most often first."""
    tables = counts.reasons(period)
    if not tables:
        return []
    table = tables[0]
    satisfied = sum(table.respondents[FIRST_SATISFIED:])
    if satisfied < MINIMUM_ON_A_WALL:
        return []
    labels = reason_labels(table.question)
    shares = [
        (min(1.0, sum(levels[FIRST_SATISFIED:]) / satisfied), labels[code])
        for code, levels in table.ticks.items()
        if code in labels
    ]
    shares.sort(key=lambda item: (-item[0], item[1]))
    return [_line(label, share) for share, label in shares[:MOST_LINES] if share > 0]
