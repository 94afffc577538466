"""How often does the drop alarm ring for nothing, and how soon for a true drop? Measured on
simulated places whose truth is known, with the whole procedure: twelve weeks of reference, then
the watch.

`python -m parvis.statistics.alarm_simulations` prints the table of docs/statistics.md; the tests
run a smaller one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.statistics.cusum import (
    false_alarm_threshold,
    increments,
    path,
    reference_of,
    worse_share,
)

IntArray = NDArray[np.int64]

REFERENCE_DAYS: Final = 84
# A reference serves so long before it is read again.
WATCH_DAYS: Final = 91
# Visitors by day of the week, Monday first, around a mean of one; closed on Sunday.
_WEEK: Final = np.array([1.3, 1.0, 1.1, 0.9, 1.1, 0.6, 0.0])
# Share of dissatisfied answers by day of the week, in logits around the place's own.
_WEEK_LOGITS: Final = np.array([0.25, 0.0, -0.1, -0.1, 0.1, -0.15, 0.0])


@dataclass(frozen=True, slots=True)
class Place:
    """A simulated place.

    Attributes
    ----------
    name : str
    volume : float
        Mean answers of an open day.
    share : float
        Share of dissatisfied answers, 0–1.
    correlation : float
        Of the answers of one day (beta-binomial); 0 = independent.
    days_differ : bool
        Whether satisfaction depends on the day of the week.
    """

    name: str
    volume: float
    share: float
    correlation: float = 0.0
    days_differ: bool = False


PLACES: Final = (
    Place("3 answers a day, 20 % dissatisfied", 3.0, 0.20),
    Place("20 a day, 10 %", 20.0, 0.10),
    Place("20 a day, 20 %", 20.0, 0.20),
    Place("20 a day, 40 %", 20.0, 0.40),
    Place("20 a day, 20 %, days of the week differ", 20.0, 0.20, days_differ=True),
    Place("20 a day, 20 %, answers of a day alike (0.05)", 20.0, 0.20, correlation=0.05),
    Place("150 a day, 15 %, days differ and alike (0.02)", 150.0, 0.15, 0.02, True),
)


@dataclass(frozen=True, slots=True)
class AlarmRates:
    """What was measured for one place.

    Attributes
    ----------
    false_alarms_a_year : float
        When nothing changes; each alarm starts the sum again.
    years : float
        Years of watch simulated.
    delay_days : tuple of float
        Median days, from a drop on, until the alarm; one for each odds ratio of `drops`.
    found : tuple of float
        Share (0–1) of these drops found within the watch.
    """

    false_alarms_a_year: float
    years: float
    delay_days: tuple[float, ...]
    found: tuple[float, ...]


def draw(
    rng: np.random.Generator, place: Place, runs: int, days: int, *, odds_ratio: float = 1.0
) -> tuple[IntArray, IntArray]:
    """Dissatisfied answers and answers of each day, shape (runs, days); the first is a Monday."""
    weekday = np.arange(days) % 7
    total = rng.poisson(place.volume * _WEEK[weekday], (runs, days))
    logit = np.log(place.share / (1.0 - place.share)) + np.log(odds_ratio)
    logits = logit + (_WEEK_LOGITS[weekday] if place.days_differ else 0.0)
    shares = np.broadcast_to(1.0 / (1.0 + np.exp(-logits)), (runs, days))
    if place.correlation > 0.0:
        strength = 1.0 / place.correlation - 1.0
        shares = rng.beta(shares * strength, (1.0 - shares) * strength)
    return rng.binomial(total, shares), total


def measure_alarms(
    place: Place,
    *,
    runs: int,
    seed: int,
    alarms_a_year: float = 1.0,
    drops: Sequence[float] = (2.0, 3.0),
) -> AlarmRates:
    """Simulate `runs` places: learn a reference, watch without change, then with each drop.

    Parameters
    ----------
    place : Place
    runs, seed : int
    alarms_a_year : float
        The rate promised.
    drops : sequence of float
        Odds ratios of the drops, from the first day of the watch on.

    Returns
    -------
    AlarmRates

    Examples
    --------
    >>> measure_alarms(PLACES[2], runs=4, seed=1).years
    1.0
    """
    rng = np.random.default_rng(seed)
    bad, total = draw(rng, place, runs, REFERENCE_DAYS)
    quiet_bad, quiet_total = draw(rng, place, runs, WATCH_DAYS)
    dropped = [draw(rng, place, runs, WATCH_DAYS, odds_ratio=ratio) for ratio in drops]
    alarms = 0
    delays: list[list[float]] = [[] for _ratio in drops]
    for run in range(runs):
        reference = reference_of(bad[run], total[run])
        threshold = false_alarm_threshold(reference, days_between=365.0 / alarms_a_year)
        alarms += _count(increments(quiet_bad[run], quiet_total[run], reference), threshold)
        for found, (worse_bad, worse_total) in zip(delays, dropped, strict=True):
            reached = path(increments(worse_bad[run], worse_total[run], reference)) >= threshold
            found.append(float(np.argmax(reached)) + 1.0 if reached.any() else np.inf)
    years = runs * WATCH_DAYS / 364.0
    return AlarmRates(
        false_alarms_a_year=alarms / years,
        years=years,
        delay_days=tuple(float(np.median(found)) for found in delays),
        found=tuple(float(np.isfinite(found).mean()) for found in delays),
    )


def _count(evidence: NDArray[np.float64], threshold: float) -> int:
    """Alarms of one series, the sum starting again from zero after each."""
    reached, alarms = 0.0, 0
    for step in evidence:
        reached = max(0.0, reached + float(step))
        if reached >= threshold:
            reached, alarms = 0.0, alarms + 1
    return alarms


def table(*, runs: int, seed: int) -> str:
    """The table of docs/statistics.md, in Markdown."""
    lines = [
        "| place (at odds × 2) | false alarms a year | found at odds × 2 | found at odds × 3 |",
        "|---|---|---|---|",
    ]
    for place in PLACES:
        rates = measure_alarms(place, runs=runs, seed=seed)
        cells = [
            f"{100 * found:.0f} %, " + (f"{delay:.0f} days" if np.isfinite(delay) else "–")
            for found, delay in zip(rates.found, rates.delay_days, strict=True)
        ]
        raised = 100 * worse_share(place.share)
        lines.append(
            f"| {place.name} (to {raised:.0f} %) | {rates.false_alarms_a_year:.2f} | "
            + " | ".join(cells)
            + " |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="False alarms and delays of the drop alarm.")
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20261126)
    options = parser.parse_args(arguments)
    sys.stdout.write(table(runs=options.runs, seed=options.seed) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
