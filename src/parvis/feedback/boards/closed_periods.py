"""Periods of the touchpoints where fewer than five people work.

Nothing of such a touchpoint is shown but whole calendar months put together until they hold at
least 30 answers. Four rules keep a subtraction from leading to fewer:

1. periods follow one another and are never cut, whatever the period asked for;
2. a touchpoint with few agents is in no sum with others, so "all" minus "the others" gives nothing;
3. a period is shown once it is over for a week, when kiosks that were offline have come back;
4. its figures are then written down: an answer that comes later, or is excluded later, does not
   move them, until at least 30 answers have come or gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from parvis.feedback.boards.periods import ONE_DAY, Period, first_of_month, next_month
from parvis.feedback.boards.reading import Totals
from parvis.feedback.enums import Level, QuestionKind
from parvis.feedback.models import (
    MINIMUM_ANSWERS_WITH_FEW_AGENTS,
    ClosedPeriod,
    MonthCount,
    Touchpoint,
    TouchpointWatch,
)

SETTLING = timedelta(days=7)


def close_periods(*, touchpoint: Touchpoint, today: date) -> int:
    """Write down the periods that are due; returns how many were written or replaced.

    Run again, it changes nothing more.
    """
    if touchpoint.could_follow_an_agent:
        note_small_team(touchpoint, today)
    with transaction.atomic():
        # One writer a touchpoint: two runs at once would cut the months differently.
        Touchpoint.objects.select_for_update().get(pk=touchpoint.pk)
        known = list(ClosedPeriod.objects.filter(touchpoint=touchpoint).order_by("first_month"))
        months = _settled_months(touchpoint, today)
        written = sum(_replaced(period, months) for period in known)
        after = known[-1].last_month if known else date.min
        for first, last, totals in _grouped(months, after):
            ClosedPeriod.objects.create(
                touchpoint=touchpoint,
                first_month=first,
                last_month=last,
                levels=totals.levels,
                excluded={str(reason): count for reason, count in totals.excluded.items()},
            )
            written += 1
    return written


def note_small_team(touchpoint: Touchpoint, today: date) -> None:
    """A team that grows does not open the days until today; its drop alarm learns afresh."""
    TouchpointWatch.objects.update_or_create(
        touchpoint=touchpoint,
        defaults={
            "organisation_id": touchpoint.organisation_id,
            "few_agents_on": today,
            "reference_share": None,
            "reference_first_day": None,
            "reference_end": None,
            "threshold": None,
        },
    )


def _settled_months(touchpoint: Touchpoint, today: date) -> dict[date, Totals]:
    """The months that are over, and for long enough, with their counts; in order."""
    rows = (
        MonthCount.objects.filter(touchpoint=touchpoint, question__kind=QuestionKind.SMILEY)
        .order_by("month")
        .values_list("month", "exclusion", "answer")
        .annotate(total=Sum("answers"))
    )
    months: dict[date, Totals] = defaultdict(Totals)
    for month, exclusion, answer, answers in rows:
        if next_month(month) + SETTLING <= today:
            months[month].add(exclusion, answer, answers)
    return dict(sorted(months.items()))


def _grouped(months: dict[date, Totals], after: date) -> Iterable[tuple[date, date, Totals]]:
    """Months after `after` put together, each group as short as 30 answers allow."""
    first: date | None = None
    together = Totals()
    for month, totals in months.items():
        if month <= after:
            continue
        first = first or month
        together += totals
        if together.counted >= MINIMUM_ANSWERS_WITH_FEW_AGENTS:
            yield first, month, together
            first, together = None, Totals()


def _replaced(period: ClosedPeriod, months: dict[date, Totals]) -> bool:
    """Write the figures again if at least 30 answers changed; whether they were."""
    now = Totals()
    for month, totals in months.items():
        if period.first_month <= month <= period.last_month:
            now += totals
    moves = [a - b for a, b in zip(now.levels, period.levels, strict=True)]
    gained = sum(move for move in moves if move > 0)
    lost = -sum(move for move in moves if move < 0)
    enough = MINIMUM_ANSWERS_WITH_FEW_AGENTS
    # What came and what went are each readable in the difference: each needs the number.
    if not (gained or lost) or 0 < gained < enough or 0 < lost < enough or now.counted < enough:
        return False
    period.levels = now.levels
    period.excluded = {str(reason): count for reason, count in now.excluded.items()}
    period.written_at = timezone.now()
    period.save(update_fields=["levels", "excluded", "written_at"])
    return True


@dataclass(frozen=True, slots=True)
class ShownPeriod:
    """A period of a touchpoint with few agents, as boards show it."""

    first: date
    last: date
    totals: Totals


def shown_periods(touchpoints: Iterable[Touchpoint], asked: Period) -> dict[int, list[ShownPeriod]]:
    """The periods that the one asked for touches, whole, by touchpoint; the latest first."""
    found: dict[int, list[ShownPeriod]] = {touchpoint.pk: [] for touchpoint in touchpoints}
    rows = ClosedPeriod.objects.filter(
        touchpoint__in=found,
        first_month__lte=asked.last,
        last_month__gte=first_of_month(asked.first),
    ).order_by("-first_month")
    for row in rows:
        found[row.touchpoint_id].append(
            ShownPeriod(row.first_month, next_month(row.last_month) - ONE_DAY, _totals_of(row))
        )
    return found


def _totals_of(row: ClosedPeriod) -> Totals:
    levels = [int(row.levels[level]) for level in Level.values]
    return Totals(levels, {int(reason): int(count) for reason, count in row.excluded.items()})
