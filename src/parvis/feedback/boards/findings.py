"""What the counts of a period allow to say: figures, and the sentences that are certain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from parvis.feedback.boards.periods import Period
from parvis.feedback.boards.reading import Levels, Totals, no_levels
from parvis.feedback.models import Touchpoint
from parvis.statistics.expected_range import (
    MINIMUM_UNITS,
    ExpectedRange,
    RangeClass,
    expected_shares,
)
from parvis.statistics.intervals import wilson_interval
from parvis.statistics.noise_band import NoiseBand, noise_band
from parvis.statistics.satisfaction import FIRST_SATISFIED, Satisfaction, summarise

# Fewer answers than this say nothing of an hour of the week, nor of a touchpoint among others.
MINIMUM_IN_A_CELL = 10


def satisfied(levels: Levels) -> int:
    return sum(levels[FIRST_SATISFIED:])


@dataclass(frozen=True, slots=True)
class Figures:
    """The summary of one set of answers, as plain numbers: shares 0–1, mean 0–100, net −100–100."""

    answers: int
    mean: float
    mean_lower: float
    mean_upper: float
    share: float
    share_lower: float
    share_upper: float
    net: float
    net_lower: float
    net_upper: float

    @property
    def share_percent(self) -> float:
        return 100.0 * self.share

    @property
    def lower_percent(self) -> float:
        return 100.0 * self.share_lower

    @property
    def upper_percent(self) -> float:
        return 100.0 * self.share_upper


def figures_of(levels: Levels) -> Figures | None:
    """None without any answer."""
    if not sum(levels):
        return None
    return _figures(summarise(levels))


def _figures(found: Satisfaction) -> Figures:
    return Figures(
        answers=int(found.answers),
        mean=float(found.mean_percent),
        mean_lower=float(found.mean_lower),
        mean_upper=float(found.mean_upper),
        share=float(found.share),
        share_lower=float(found.share_lower),
        share_upper=float(found.share_upper),
        net=float(found.net),
        net_lower=float(found.net_lower),
        net_upper=float(found.net_upper),
    )


@dataclass(frozen=True, slots=True)
class Trend:
    """Steps in time with their levels and the band of chance."""

    steps: Sequence[date]
    levels: Sequence[Levels]
    band: NoiseBand

    @property
    def low(self) -> int:
        return int((self.band.outside & (self.band.share < self.band.lower)).sum())

    @property
    def high(self) -> int:
        return int(self.band.outside.sum()) - self.low


def trend_of(period: Period, counts: Mapping[date, Levels]) -> Trend:
    """Every day, or month, of the period; those without answer included."""
    steps = period.each_day() if period.by_day else period.each_month()
    levels = [counts.get(step, no_levels()) for step in steps]
    band = noise_band([satisfied(row) for row in levels], [sum(row) for row in levels])
    return Trend(steps, levels, band)


@dataclass(frozen=True, slots=True)
class HeatFinding:
    """A cell of the week; `beyond` is −1 or 1 when chance does not explain how it differs."""

    levels: Levels
    beyond: int


def heat_of(cells: Mapping[tuple[int, int], Levels]) -> dict[tuple[int, int], HeatFinding]:
    """Each cell beside the level of all; the chance of a single false sign over the map is 5 %."""
    if not cells:
        return {}
    keys = sorted(cells)
    table = np.array([cells[key] for key in keys], dtype=np.float64)
    total = table.sum(axis=1)
    good = table[:, FIRST_SATISFIED:].sum(axis=1)
    level = good.sum() / max(total.sum(), 1.0)
    read = total >= MINIMUM_IN_A_CELL
    lower, upper = wilson_interval(good, total, confidence=0.95 ** (1.0 / max(int(read.sum()), 1)))
    beyond = np.where(read & (lower > level), 1, np.where(read & (upper < level), -1, 0))
    return {key: HeatFinding(cells[key], int(beyond[n])) for n, key in enumerate(keys)}


@dataclass(frozen=True, slots=True)
class Compared:
    """One touchpoint among the others; `place` is None when they are too few to compare."""

    touchpoint: Touchpoint
    figures: Figures
    place: RangeClass | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The touchpoints with enough answers, the most satisfied first, and the field."""

    rows: Sequence[Compared]
    field: ExpectedRange | None
    too_few: Sequence[Touchpoint]

    def beyond(self, *places: RangeClass) -> list[str]:
        return [row.touchpoint.name for row in self.rows if row.place in places]


def compare(touchpoints: Sequence[Touchpoint], totals: Mapping[int, Totals]) -> Comparison:
    """Place each touchpoint beside the field, where at least five have enough answers."""
    enough = [t for t in touchpoints if totals[t.pk].counted >= MINIMUM_IN_A_CELL]
    few = [t for t in touchpoints if totals[t.pk].counted < MINIMUM_IN_A_CELL]
    field = None
    places: Sequence[RangeClass | None] = [None] * len(enough)
    if len(enough) >= MINIMUM_UNITS:
        field = expected_shares(
            [satisfied(totals[t.pk].levels) for t in enough],
            [totals[t.pk].counted for t in enough],
        )
        places = field.classes
    rows = []
    for touchpoint, place in zip(enough, places, strict=True):
        figures = figures_of(totals[touchpoint.pk].levels)
        if figures is not None:
            rows.append(Compared(touchpoint, figures, place))
    rows.sort(key=lambda row: (-row.figures.share, row.touchpoint.name))
    return Comparison(rows, field, few)
