"""A board, read once: what the page, the wall and the tests look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.documents.charts import Chart
from parvis.feedback.boards import charts
from parvis.feedback.boards.closed_periods import ShownPeriod, shown_periods
from parvis.feedback.boards.filters import BoardFilters
from parvis.feedback.boards.findings import (
    Comparison,
    Figures,
    Trend,
    compare,
    figures_of,
    heat_of,
    trend_of,
)
from parvis.feedback.boards.health import KioskHealth, health_of
from parvis.feedback.boards.periods import Period
from parvis.feedback.boards.reading import Counts, Totals
from parvis.feedback.boards.wording import (
    answers_count,
    grouped,
    joined,
    percent_range,
    period_in_words,
    points,
)
from parvis.feedback.enums import AlertKind, Exclusion
from parvis.feedback.models import Alert, Device, Touchpoint


@dataclass(frozen=True, slots=True)
class ByPeriod:
    """A touchpoint with few agents and the periods shown of it, the latest first."""

    touchpoint: Touchpoint
    periods: Sequence[tuple[ShownPeriod, str, Figures]]


@dataclass(slots=True)
class Board:
    filters: BoardFilters
    totals: Totals
    figures: Figures | None
    certain: list[str]
    trend: Chart | None = None
    heat: Chart | None = None
    comparison: Chart | None = None
    too_few: Sequence[Touchpoint] = ()
    reasons: Sequence[Chart] = ()
    by_period: Sequence[ByPeriod] = ()
    kiosks: Sequence[KioskHealth] = ()
    exclusions: Sequence[tuple[str, int]] = field(default_factory=list)

    @property
    def kiosks_to_mend(self) -> list[KioskHealth]:
        return [line for line in self.kiosks if line.to_mend]

    @property
    def period_words(self) -> str:
        return period_in_words(self.filters.period)

    @property
    def share_words(self) -> str:
        if self.figures is None:
            return ""
        return percent_range(self.figures.share_lower, self.figures.share_upper)

    @property
    def net_words(self) -> str:
        return "" if self.figures is None else points(self.figures.net)

    @property
    def net_range_words(self) -> str:
        if self.figures is None:
            return ""
        return _("Entre %(lower)s et %(upper)s, avec une confiance de 95 %%.") % {
            "lower": points(self.figures.net_lower),
            "upper": points(self.figures.net_upper),
        }


def read_board(*, organisation_id: int, filters: BoardFilters, now: datetime) -> Board:
    """Everything a board shows, in a bounded number of queries."""
    period = filters.period
    counts = Counts(organisation_id=organisation_id, touchpoints=[t.pk for t in filters.detailed])
    by_touchpoint = counts.by_touchpoint(period)
    totals = sum(by_touchpoint.values(), start=Totals())
    figures = figures_of(totals.levels)
    board = Board(filters=filters, totals=totals, figures=figures, certain=[])
    board.exclusions = [
        (str(Exclusion(reason).label), answers)
        for reason, answers in sorted(totals.excluded.items())
        if answers
    ]
    if figures is not None:
        trend = trend_of(
            period, counts.by_day(period) if period.by_day else counts.by_month(period)
        )
        comparison = compare(filters.detailed, by_touchpoint)
        board.trend = charts.trend_chart(trend, by_day=period.by_day)
        board.heat = charts.heat_chart(heat_of(counts.by_week_hour(period)))
        board.comparison = charts.comparison_chart(comparison)
        board.too_few = comparison.too_few
        board.reasons = charts.reason_charts(counts.reasons(period))
        board.certain = certain_sentences(period, figures, trend, comparison)
    board.by_period = periods_of(filters.by_period, period)
    board.kiosks = kiosks_of([*filters.detailed, *filters.by_period], now)
    return board


def certain_sentences(
    period: Period, figures: Figures, trend: Trend, comparison: Comparison
) -> list[str]:
    """What is certain, said before any figure."""
    said = [
        _("Sur %(answers)s %(period)s, %(share)s sont satisfaits (confiance de 95 %%).")
        % {
            "answers": answers_count(figures.answers),
            "period": period_in_words(period),
            "share": percent_range(figures.share_lower, figures.share_upper),
        }
    ]
    said.append(charts.trend_title(trend, by_day=period.by_day) + ".")
    low, high = comparison.beyond(*charts.LOW), comparison.beyond(*charts.HIGH)
    if low:
        said.append(_("En dessous de l’attendu : %(names)s.") % {"names": joined(low)})
    if high:
        said.append(_("Au-dessus de l’attendu : %(names)s.") % {"names": joined(high)})
    return said


def periods_of(touchpoints: Sequence[Touchpoint], asked: Period) -> list[ByPeriod]:
    if not touchpoints:
        return []
    shown = shown_periods(touchpoints, asked)
    return [
        ByPeriod(
            touchpoint,
            [
                (period, period_in_words(Period(period.first, period.last)), figures)
                for period in shown[touchpoint.pk]
                if (figures := figures_of(period.totals.levels)) is not None
            ],
        )
        for touchpoint in touchpoints
    ]


def kiosks_of(touchpoints: Sequence[Touchpoint], now: datetime) -> list[KioskHealth]:
    numbers = [touchpoint.pk for touchpoint in touchpoints]
    silent = set(
        Alert.objects.not_closed()
        .filter(touchpoint__in=numbers, kind=AlertKind.SILENT)
        .values_list("touchpoint_id", flat=True)
    )
    kiosks = (
        Device.objects.kiosks()
        .active()
        .filter(touchpoint__in=numbers)
        .select_related("touchpoint")
        .order_by("touchpoint__name", "name", "pk")
    )
    return [health_of(kiosk, now, is_silent=kiosk.touchpoint_id in silent) for kiosk in kiosks]


@dataclass(frozen=True, slots=True)
class Live:
    """The fragment asked for every half-minute: today, kiosks, alerts."""

    sentence: str
    kiosks: str
    alerts: int
    at: datetime


def read_live(*, organisation_id: int, filters: BoardFilters, today: date, now: datetime) -> Live:
    """Today's answers of the touchpoints shown in detail: four small queries."""
    counts = Counts(organisation_id=organisation_id, touchpoints=[t.pk for t in filters.detailed])
    levels = counts.by_day(Period(today, today)).get(today)
    figures = figures_of(levels) if levels else None
    everywhere = [t.pk for t in (*filters.detailed, *filters.by_period)]
    if figures is None:
        sentence = _("Pas encore d’avis aujourd’hui.")
    else:
        sentence = _("Aujourd’hui : %(answers)s, %(share)s satisfaits.") % {
            "answers": answers_count(figures.answers),
            "share": percent_range(figures.share_lower, figures.share_upper),
        }
    kiosks = Device.objects.kiosks().active().filter(touchpoint__in=everywhere)
    states = [health_of(kiosk, now, is_silent=False).pill for kiosk in kiosks]
    online = states.count("good")
    return Live(
        sentence=sentence,
        kiosks=ngettext(
            "%(online)s borne en ligne sur %(all)s",
            "%(online)s bornes en ligne sur %(all)s",
            online,
        )
        % {"online": grouped(online), "all": grouped(len(states))}
        if states
        else "",
        alerts=Alert.objects.not_closed().filter(touchpoint__in=everywhere).count(),
        at=now,
    )
