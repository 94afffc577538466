"""Finding a lasting drop soon, with a false-alarm rate fixed beforehand: CUSUM on daily counts.

Each day adds to a sum the evidence (log-likelihood ratio) that the share of dissatisfied answers
has risen from its reference to a worse one; the sum never falls below zero, and raises the alarm
at a threshold. The threshold is calibrated, for the volumes and the ordinary variation of the
place, so that pure chance reaches it as rarely as wished.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

# The drop to be found: the odds of a dissatisfied answer are doubled (20 % become 33 %).
DEFAULT_ODDS_RATIO = 2.0
# Groups of days of like volume in a calibration, and states of its Markov chain.
_VOLUME_GROUPS = 8
_STATES = 120
# An odd day cannot make the ordinary variation look larger than this.
_MAXIMUM_DISPERSION = 25.0


@dataclass(frozen=True, slots=True)
class Reference:
    """What is ordinary at a place, from days of its past.

    Attributes
    ----------
    share : float
        Share of dissatisfied answers, strictly between 0 and 1.
    dispersion : float
        Variance of a day's count beside that of a binomial one, 1 at least, averaged over days.
    volumes : tuple of int
        Typical numbers of answers of an active day, each as frequent as the others.
    active_share : float
        Share (0–1) of the days with an answer.
    answers : int
        Answers it rests on.
    """

    share: float
    dispersion: float
    volumes: tuple[int, ...]
    active_share: float
    answers: int


def reference_of(dissatisfied: ArrayLike, answers: ArrayLike) -> Reference:
    """Learn what is ordinary from the days of a past period, days without answer included.

    The share is drawn half an answer towards one half (Jeffreys), so that it is never 0 nor 1. The
    dispersion is Pearson's, Σ (k − n p)² / (n p (1 − p)) over days − 1, never below 1: days of the
    week that differ count as variation.

    Parameters
    ----------
    dissatisfied, answers : array_like of int, shape (n_days,)
        0 ≤ dissatisfied ≤ answers.

    Returns
    -------
    Reference

    Raises
    ------
    ValueError
        Shapes that differ, counts out of range, or no answer at all.

    Examples
    --------
    >>> found = reference_of([2, 1, 0, 3], [10, 10, 0, 10])
    >>> round(found.share, 3), found.dispersion, found.active_share
    (0.21, 1.0, 0.75)
    """
    bad, total = _daily(dissatisfied, answers)
    active = total > 0
    if not active.any():
        raise ValueError("no answer to learn from")
    k, n = bad[active], total[active]
    share = float((k.sum() + 0.5) / (n.sum() + 1.0))
    dispersion = 1.0
    if k.size > 1:
        pearson = ((k - n * share) ** 2 / (n * share * (1.0 - share))).sum() / (k.size - 1)
        dispersion = float(np.clip(pearson, 1.0, _MAXIMUM_DISPERSION))
    middles = (np.arange(_VOLUME_GROUPS) + 0.5) / _VOLUME_GROUPS
    volumes = np.maximum(1, np.rint(np.quantile(n, middles)))
    return Reference(
        share=share,
        dispersion=dispersion,
        volumes=tuple(int(volume) for volume in volumes),
        active_share=float(active.mean()),
        answers=int(n.sum()),
    )


def worse_share(share: float, odds_ratio: float = DEFAULT_ODDS_RATIO) -> float:
    """The share of dissatisfied answers whose odds are `odds_ratio` times those of `share`.

    Raises
    ------
    ValueError
        Share outside (0, 1), odds ratio not above 1.

    Examples
    --------
    >>> round(worse_share(0.2), 3)
    0.333
    """
    if not 0.0 < share < 1.0:
        raise ValueError(f"share must be strictly between 0 and 1, got {share}")
    if not odds_ratio > 1.0:
        raise ValueError(f"odds_ratio must be above 1, got {odds_ratio}")
    odds = odds_ratio * share / (1.0 - share)
    return odds / (1.0 + odds)


def increments(
    dissatisfied: ArrayLike,
    answers: ArrayLike,
    reference: Reference,
    *,
    odds_ratio: float = DEFAULT_ODDS_RATIO,
) -> FloatArray:
    """Evidence of each day: its log-likelihood ratio, divided by the ordinary dispersion.

    Parameters
    ----------
    dissatisfied, answers : array_like of int, shape (n_days,)
    reference : Reference
    odds_ratio : float
        Above 1.

    Returns
    -------
    ndarray of float, shape (n_days,)
        Zero on a day without answer.

    Raises
    ------
    ValueError
        Counts out of range, odds ratio not above 1.

    Examples
    --------
    >>> usual = Reference(0.2, 1.0, (10,), 1.0, 100)
    >>> increments([2, 8, 0], [10, 10, 0], usual).round(2).tolist()
    [-0.44, 3.72, 0.0]
    """
    bad, total = _daily(dissatisfied, answers)
    raised = worse_share(reference.share, odds_ratio)
    of_bad = np.log(raised / reference.share)
    of_good = np.log((1.0 - raised) / (1.0 - reference.share))
    found: FloatArray = (bad * of_bad + (total - bad) * of_good) / reference.dispersion
    return found


def path(evidence: ArrayLike) -> FloatArray:
    """The sum after each day: the evidence added up, brought back to zero below it.

    Parameters
    ----------
    evidence : array_like of float, shape (..., n_days)
        As from `increments`; leading dimensions are independent series.

    Returns
    -------
    ndarray of float, of the same shape

    Examples
    --------
    >>> path([-1.0, 2.0, -0.5, 1.0]).tolist()
    [0.0, 2.0, 1.5, 2.5]
    """
    added = np.cumsum(np.asarray(evidence, dtype=np.float64), axis=-1)
    lowest = np.minimum(np.minimum.accumulate(added, axis=-1), 0.0)
    reached: FloatArray = added - lowest
    return reached


def mean_run_length(
    values: FloatArray, probabilities: FloatArray, threshold: float, *, states: int = _STATES
) -> float:
    """Mean number of steps from zero to the threshold, when each step adds one of `values`.

    Parameters
    ----------
    values, probabilities : ndarray of float, shape (n_values,)
        Distribution of one step.
    threshold : float
        Above zero.
    states : int
        Of the Markov chain: the interval [0, threshold) in so many parts.

    Returns
    -------
    float
        Infinite when the threshold cannot be reached.

    Raises
    ------
    ValueError
        Threshold not positive, or probabilities that do not add up to 1.

    References
    ----------
    Brook, D. and Evans, D. A. (1972), "An approach to the probability distribution of cusum run
    length", Biometrika 59, 539–549.

    Examples
    --------
    >>> round(mean_run_length(np.array([1.0, -1.0]), np.array([0.5, 0.5]), 2.0), 1)
    6.0
    """
    if not threshold > 0.0:
        raise ValueError(f"threshold must be positive, got {threshold}")
    if not np.isclose(probabilities.sum(), 1.0):
        raise ValueError("probabilities must add up to 1")
    step = threshold / states
    # Each value is shared between its two neighbours on the grid: its mean is kept.
    place = values / step
    below = np.floor(place)
    part = place - below
    # A move from any state to zero or past the threshold needs no more than this.
    moves = np.zeros(2 * states + 1)
    for where, weight in ((below, 1.0 - part), (below + 1.0, part)):
        np.add.at(
            moves,
            np.clip(where, -states, states).astype(np.int64) + states,
            weight * probabilities,
        )
    starts = np.arange(states)
    shifts = starts[np.newaxis, :] - starts[:, np.newaxis]
    chain = moves[shifts + states]
    # Everything that would fall below zero stays at zero.
    total = np.cumsum(moves)
    chain[:, 0] = total[states - starts]
    leaving = np.eye(states) - chain
    try:
        lengths = np.linalg.solve(leaving, np.ones(states))
    except np.linalg.LinAlgError:
        return float("inf")
    first = float(lengths[0])
    return first if first > 0.0 else float("inf")


def false_alarm_threshold(
    reference: Reference,
    *,
    days_between: float,
    odds_ratio: float = DEFAULT_ODDS_RATIO,
) -> float:
    """Threshold that pure chance reaches once in `days_between` days on average.

    A day's count of dissatisfied answers is taken as beta-binomial, of the reference's share and
    dispersion. The reference is itself an estimate: it is read one standard error on the side
    of caution, so that a place whose reference happened to be kind does not alarm for years (Gandy
    and Kvaløy 2013). Deterministic; results are remembered.

    Parameters
    ----------
    reference : Reference
    days_between : float
        Calendar days, at least 7; 365 for one false alarm a year.
    odds_ratio : float
        Above 1.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        `days_between` below 7, odds ratio not above 1.

    References
    ----------
    Gandy, A. and Kvaløy, J. T. (2013), "Guaranteed conditional performance of control charts via
    bootstrap methods", Scandinavian Journal of Statistics 40, 647–668.

    Examples
    --------
    >>> usual = Reference(0.2, 1.0, (20,) * 8, 0.8, 2000)
    >>> rare = false_alarm_threshold(usual, days_between=3650)
    >>> false_alarm_threshold(usual, days_between=365) < rare
    True
    """
    if not days_between >= 7.0:
        raise ValueError(f"days_between must be at least 7, got {days_between}")
    worse_share(reference.share, odds_ratio)
    return _threshold(reference, float(days_between), float(odds_ratio))


@lru_cache(maxsize=4096)
def _threshold(reference: Reference, days_between: float, odds_ratio: float) -> float:
    share = cautious_share(reference)
    values, probabilities = _evidence_of_a_day(reference, share, odds_ratio)
    target = max(2.0, days_between * reference.active_share)
    low, high = 1e-3, 1.0
    while mean_run_length(values, probabilities, high) < target and high < 1e4:
        low, high = high, 2.0 * high
    for _turn in range(40):
        middle = 0.5 * (low + high)
        if mean_run_length(values, probabilities, middle) < target:
            low = middle
        else:
            high = middle
        if high - low < 1e-4 * high:
            break
    return high


def cautious_share(reference: Reference) -> float:
    """The reference's share, one standard error higher: what calibration reckons with.

    Examples
    --------
    >>> round(cautious_share(Reference(0.2, 1.0, (10,), 1.0, 1600)), 3)
    0.21
    """
    error = np.sqrt(
        reference.dispersion * reference.share * (1.0 - reference.share) / reference.answers
    )
    return float(min(reference.share + error, 0.5 * (1.0 + reference.share)))


def _evidence_of_a_day(
    reference: Reference, share: float, odds_ratio: float
) -> tuple[FloatArray, FloatArray]:
    """Values and probabilities of one active day's evidence."""
    values, probabilities = [], []
    for volume in reference.volumes:
        counts = np.arange(volume + 1)
        values.append(
            increments(counts, np.full(counts.shape, volume), reference, odds_ratio=odds_ratio)
        )
        probabilities.append(
            _count_probabilities(volume, share, reference) / len(reference.volumes)
        )
    return np.concatenate(values), np.concatenate(probabilities)


def _count_probabilities(volume: int, share: float, reference: Reference) -> FloatArray:
    """Beta-binomial probabilities of 0 to `volume` dissatisfied answers."""
    from scipy.special import betaln, gammaln

    counts = np.arange(volume + 1)
    choices = gammaln(volume + 1) - gammaln(counts + 1) - gammaln(volume - counts + 1)
    # One correlation between the answers of a day for all volumes: that of the typical day.
    typical = float(np.mean(reference.volumes))
    correlation = (reference.dispersion - 1.0) / max(typical - 1.0, 1.0)
    if correlation < 1e-6:
        logs = choices + counts * np.log(share) + (volume - counts) * np.log1p(-share)
    else:
        strength = 1.0 / min(correlation, 0.9) - 1.0
        alpha, beta = share * strength, (1.0 - share) * strength
        logs = choices + betaln(counts + alpha, volume - counts + beta) - betaln(alpha, beta)
    likely = np.exp(logs)
    found: FloatArray = likely / likely.sum()
    return found


def _daily(bad: ArrayLike, total: ArrayLike) -> tuple[FloatArray, FloatArray]:
    k = np.asarray(bad, dtype=np.float64)
    n = np.asarray(total, dtype=np.float64)
    if k.shape != n.shape or not ((k >= 0) & (k <= n) & np.isfinite(n)).all():
        raise ValueError("counts must satisfy 0 <= dissatisfied <= answers, shapes alike")
    return k, n
