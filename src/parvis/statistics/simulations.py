"""Does a 95 % interval contain the truth 95 times out of 100? Measured on simulated editions whose
truth is known.

`python -m parvis.statistics.simulations` prints the table of docs/statistics.md; the tests run a
smaller one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.statistics.intervals import channel_intervals, weighted_intervals

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Contacts of each organisation by channel: post, e-mail, phone, and a web site audited in both
# waves.
CONTACTS: Final = (3, 6, 8, 2)
WEIGHTS: Final = (15.0, 30.0, 30.0, 25.0)
# Shares of the 12 strata among participants; some strata are small, as in real editions.
STRATA: Final = (0.05, 0.2, 0.17, 0.18, 0.1, 0.06, 0.05, 0.06, 0.03, 0.05, 0.02, 0.03)

Draw = Callable[[np.random.Generator, IntArray, int], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Share of the intervals that contain the truth, for one scenario.

    Attributes
    ----------
    channels : tuple of float
        One share (0–1) for each channel of `CONTACTS`.
    overall : float
        The same for the weighted score.
    channel_widths : tuple of float
        Mean width of the intervals, in points, before the limits 0 and 100 shorten them for the
        reader.
    """

    channels: tuple[float, ...]
    overall: float
    channel_widths: tuple[float, ...]


def _normal(
    rng: np.random.Generator, deviations: FloatArray, contacts: int
) -> tuple[FloatArray, FloatArray]:
    truth = np.clip(rng.normal(65.0, 12.0, deviations.size), 5.0, 95.0)
    noise = rng.normal(0.0, 1.0, (deviations.size, contacts))
    return truth, truth[:, np.newaxis] + deviations[:, np.newaxis] * noise


def _equal(
    rng: np.random.Generator, stratum: IntArray, contacts: int
) -> tuple[FloatArray, FloatArray]:
    return _normal(rng, np.full(stratum.size, 20.0), contacts)


def _by_stratum(
    rng: np.random.Generator, stratum: IntArray, contacts: int
) -> tuple[FloatArray, FloatArray]:
    return _normal(rng, np.linspace(10.0, 32.0, len(STRATA))[stratum], contacts)


def _lognormal(
    rng: np.random.Generator, stratum: IntArray, contacts: int
) -> tuple[FloatArray, FloatArray]:
    return _normal(rng, 20.0 * np.exp(rng.normal(0.0, 0.4, stratum.size)), contacts)


def _two_kinds(
    rng: np.random.Generator, stratum: IntArray, contacts: int
) -> tuple[FloatArray, FloatArray]:
    return _normal(rng, np.where(rng.random(stratum.size) < 0.5, 10.0, 30.0), contacts)


def _few_erratic(
    rng: np.random.Generator, stratum: IntArray, contacts: int
) -> tuple[FloatArray, FloatArray]:
    return _normal(rng, np.where(rng.random(stratum.size) < 0.85, 12.0, 40.0), contacts)


def _bounded(
    rng: np.random.Generator, stratum: IntArray, contacts: int
) -> tuple[FloatArray, FloatArray]:
    mean = np.clip(rng.normal(0.65, 0.12, stratum.size), 0.1, 0.95)
    concentration = 4.0
    shape_a = np.repeat(mean[:, np.newaxis] * concentration, contacts, axis=1)
    return 100.0 * mean, 100.0 * rng.beta(shape_a, concentration - shape_a)


def _sometimes_unanswered(
    rng: np.random.Generator, stratum: IntArray, contacts: int
) -> tuple[FloatArray, FloatArray]:
    mean = np.clip(rng.normal(0.75, 0.08, stratum.size), 0.3, 0.95)
    unanswered = rng.beta(2.0, 14.0, stratum.size)
    concentration = 8.0
    shape_a = np.repeat(mean[:, np.newaxis] * concentration, contacts, axis=1)
    scores = 100.0 * rng.beta(shape_a, concentration - shape_a)
    scores[rng.random(scores.shape) < unanswered[:, np.newaxis]] = 0.0
    return 100.0 * mean * (1.0 - unanswered), scores


SCENARIOS: Final[dict[str, Draw]] = {
    "equal: SD 20 everywhere": _equal,
    "by stratum: SD 10 to 32": _by_stratum,
    "unequal: lognormal SD around 20": _lognormal,
    "unequal: half SD 10, half SD 30": _two_kinds,
    "unequal: 15 % erratic, SD 40 against 12": _few_erratic,
    "bounded: beta, less spread near 100": _bounded,
    "12 % of contacts unanswered, scored 0": _sometimes_unanswered,
}


def measure_coverage(
    draw: Draw,
    *,
    runs: int,
    seed: int,
    organisations: int = 321,
    prior_df: float | None = None,
) -> Coverage:
    """Simulate editions and count how often the intervals contain the truth.

    Parameters
    ----------
    draw : callable
        A value of `SCENARIOS`: (generator, stratum of each organisation, contacts) → truth (n,),
        scores (n, contacts).
    runs : int
        Simulated editions.
    seed : int
    organisations : int
    prior_df : float, optional
        As in `variances.contact_variances`: ``inf`` measures plain pooling.

    Returns
    -------
    Coverage

    Examples
    --------
    >>> measured = measure_coverage(SCENARIOS["equal: SD 20 everywhere"], runs=2, seed=1)
    >>> 0.9 < measured.overall < 1.0
    True
    """
    rng = np.random.default_rng(seed)
    weights = np.array(WEIGHTS) / sum(WEIGHTS)
    n_channels = len(CONTACTS)
    channel_hits = np.zeros(n_channels)
    widths = np.zeros(n_channels)
    overall_hits = 0.0
    for _ in range(runs):
        stratum = rng.choice(len(STRATA), size=organisations, p=STRATA)
        wider_group = stratum // 6
        drawn = [draw(rng, stratum, contacts) for contacts in CONTACTS]
        truth = np.stack([channel_truth for channel_truth, _ in drawn], axis=1)
        # Scores are left unclipped so that the truth stays the mean of what is drawn.
        intervals = channel_intervals(
            np.concatenate([scores.ravel() for _, scores in drawn]),
            np.concatenate([np.repeat(np.arange(organisations), count) for count in CONTACTS]),
            np.repeat(np.arange(n_channels), [organisations * count for count in CONTACTS]),
            shape=(organisations, n_channels),
            groups=[stratum, wider_group],
            assumed_sd=25.0,
            prior_df=prior_df,
        )
        overall = weighted_intervals(intervals, weights)
        inside = (intervals.lower_percent <= truth) & (truth <= intervals.upper_percent)
        channel_hits += inside.mean(axis=0)
        widths += (intervals.upper_percent - intervals.lower_percent).mean(axis=0)
        overall_truth = (truth * weights).sum(axis=1)
        overall_hits += float(
            (
                (overall.lower_percent <= overall_truth) & (overall_truth <= overall.upper_percent)
            ).mean()
        )
    return Coverage(
        channels=tuple(float(share) for share in channel_hits / runs),
        overall=overall_hits / runs,
        channel_widths=tuple(float(width) for width in widths / runs),
    )


def table(*, runs: int, seed: int, organisations: int) -> str:
    """Format as Markdown the coverage of every scenario, variances pooled then moderated."""
    heads = [f"{count} contacts" for count in sorted(CONTACTS)]
    order = np.argsort(CONTACTS)
    lines = [
        "| scenario | variances | " + " | ".join(heads) + " | overall | width at 3 |",
        "|---|---|" + "---|" * (len(heads) + 2),
    ]
    for name, draw in SCENARIOS.items():
        for method, prior_df in (("pooled", float("inf")), ("moderated", None)):
            measured = measure_coverage(
                draw, runs=runs, seed=seed, organisations=organisations, prior_df=prior_df
            )
            shares = [f"{100 * measured.channels[column]:.1f}" for column in order]
            width = measured.channel_widths[CONTACTS.index(3)]
            cells = [name, method, *shares, f"{100 * measured.overall:.1f}", f"{width:.0f}"]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table of coverages."""
    parser = argparse.ArgumentParser(
        prog="python -m parvis.statistics.simulations",
        description="Coverage of the 95 % intervals on simulated editions.",
    )
    parser.add_argument("--runs", type=int, default=400, help="simulated editions (400)")
    parser.add_argument("--seed", type=int, default=20, help="seed of the generator (20)")
    parser.add_argument("--organisations", type=int, default=321, help="participants (321)")
    options = parser.parse_args(arguments)
    sys.stdout.write(
        table(runs=options.runs, seed=options.seed, organisations=options.organisations)
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
