"""What four smileys say: mean on 0–100, share satisfied, net satisfaction, each with its interval.

Answers are taken as independent. They are not a sample of the visitors: an interval says what the
number of answers leaves uncertain, not who did not answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from parvis.statistics.intervals import wilson_interval

FloatArray = NDArray[np.float64]

# The levels from the worst to the best, evenly placed on the one scale.
PLACES_PERCENT = np.array([0.0, 100.0 / 3.0, 200.0 / 3.0, 100.0])
# The first level that counts as satisfied.
FIRST_SATISFIED = 2


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Summaries of one or several rows of counts; every array has the shape of the rows.

    Attributes
    ----------
    answers, satisfied : ndarray of float
        Counts.
    mean_percent, mean_lower, mean_upper : ndarray of float
        0–100; the mean is NaN without answer, the limits then 0 and 100.
    share, share_lower, share_upper : ndarray of float
        Share satisfied, 0–1; Wilson limits.
    net, net_lower, net_upper : ndarray of float
        Share satisfied minus share dissatisfied, in points from −100 to 100.
    """

    answers: FloatArray
    satisfied: FloatArray
    mean_percent: FloatArray
    mean_lower: FloatArray
    mean_upper: FloatArray
    share: FloatArray
    share_lower: FloatArray
    share_upper: FloatArray
    net: FloatArray
    net_lower: FloatArray
    net_upper: FloatArray


def summarise(counts: ArrayLike, *, confidence: float = 0.95) -> Satisfaction:
    """Summarise counts of the four levels.

    Every answer is on one side or the other, so net satisfaction is 2 × share − 1 and its interval
    is Wilson's, carried over. The mean's interval adds z²/2 answers at 0 and as many at 100, then
    takes the normal one: for answers at both ends only it is the Agresti–Coull interval of a
    share. It covers 95 to 98 % from five answers on (docs/statistics.md).

    Parameters
    ----------
    counts : array_like of int, shape (..., 4)
        Answers at each level, from the worst to the best.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Satisfaction

    Raises
    ------
    ValueError
        Another last dimension than 4, negative or non-finite counts, confidence outside (0, 1).

    References
    ----------
    Agresti, A. and Coull, B. A. (1998), "Approximate is better than 'exact' for interval estimation
    of binomial proportions", The American Statistician 52, 119–126.

    Examples
    --------
    >>> found = summarise([1, 0, 3, 5])
    >>> round(float(found.mean_percent), 1), round(float(found.net), 1)
    (77.8, 77.8)
    >>> round(float(found.net_lower), 0), round(float(found.net_upper), 0)
    (13.0, 96.0)
    """
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim == 0 or table.shape[-1] != PLACES_PERCENT.size:
        raise ValueError(f"counts must end with {PLACES_PERCENT.size} levels, got {table.shape}")
    if not (np.isfinite(table) & (table >= 0)).all():
        raise ValueError("counts must be finite and zero or more")
    answers = table.sum(axis=-1)
    satisfied = table[..., FIRST_SATISFIED:].sum(axis=-1)
    lower, upper = wilson_interval(satisfied, answers, confidence=confidence)
    some = np.where(answers > 0, answers, np.nan)
    share = satisfied / some
    mean, mean_lower, mean_upper = _mean_interval(table, answers, confidence)
    return Satisfaction(
        answers=answers,
        satisfied=satisfied,
        mean_percent=mean,
        mean_lower=mean_lower,
        mean_upper=mean_upper,
        share=share,
        share_lower=lower,
        share_upper=upper,
        net=200.0 * share - 100.0,
        net_lower=200.0 * lower - 100.0,
        net_upper=200.0 * upper - 100.0,
    )


def _mean_interval(
    table: FloatArray, answers: FloatArray, confidence: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    from scipy.special import ndtri

    z2 = float(ndtri(0.5 + confidence / 2.0)) ** 2
    mean = (table @ PLACES_PERCENT) / np.where(answers > 0, answers, np.nan)
    more = answers + z2
    centre = (table @ PLACES_PERCENT + z2 * 50.0) / more
    squares = (table @ PLACES_PERCENT**2 + z2 / 2.0 * 100.0**2) / more
    # The variance is zero or more but for rounding.
    half = np.sqrt(z2 * np.maximum(squares - centre**2, 0.0) / more)
    return mean, np.clip(centre - half, 0.0, 100.0), np.clip(centre + half, 0.0, 100.0)
