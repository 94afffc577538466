"""Mean of answers placed on 0–100 with an interval that stays inside the scale.

Smileys and notes take few values, often nearly all the same one: the usual interval of a mean then
leaves the scale, or has no width at all when everybody agrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

# Before any answer: the weight of two, spread evenly on the four smileys (Jeffreys’s prior).
PRIOR_ANSWERS: Final = 2.0
_PRIOR_MEAN: Final = 50.0
_PRIOR_SQUARE: Final = float(np.mean(np.array([0.0, 100 / 3, 200 / 3, 100.0]) ** 2))


@dataclass(frozen=True, slots=True)
class BoundedMeans:
    """Means with their intervals; every array has the shape of the counts given.

    Attributes
    ----------
    estimate_percent, lower_percent, upper_percent : ndarray of float
        0–100; NaN without answers.
    """

    estimate_percent: FloatArray
    lower_percent: FloatArray
    upper_percent: FloatArray


def bounded_means(
    answers: ArrayLike, totals: ArrayLike, squares: ArrayLike, *, confidence: float = 0.95
) -> BoundedMeans:
    """Mean of answers on 0–100 from their number, their sum and the sum of their squares.

    The interval is that of a Beta law with the mean and variance that the answers and the prior
    give to the true mean (Dirichlet posterior, of which only two moments are kept): never out of
    the scale, never without width, and close to Student's with many varied answers.

    Parameters
    ----------
    answers, totals, squares : array_like of float, broadcast together
        Number of answers (zero or more), Σ x and Σ x², x from 0 to 100.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    BoundedMeans

    Raises
    ------
    ValueError
        Sums that no answers between 0 and 100 could give, or confidence outside (0, 1).

    References
    ----------
    Gelman et al., "Bayesian Data Analysis", 3rd ed., §3.4 (Dirichlet posterior).

    Examples
    --------
    >>> found = bounded_means(40, 4000.0, 400_000.0)
    >>> round(float(found.lower_percent), 1), float(found.upper_percent)
    (92.3, 100.0)
    """
    n, total, square = np.broadcast_arrays(
        np.asarray(answers, dtype=np.float64),
        np.asarray(totals, dtype=np.float64),
        np.asarray(squares, dtype=np.float64),
    )
    if not 0 < confidence < 1:
        raise ValueError("confidence must be between 0 and 1")
    slack = 1e-6 * (1 + n)
    possible = (
        (n >= 0)
        & (total >= -slack)
        & (total <= 100 * n + 100 * slack)
        & (square <= 100 * total + 1e4 * slack)
        # n Σx² ≥ (Σx)², Cauchy–Schwarz.
        & (n * square >= total**2 * (1 - 1e-9) - 1e4 * slack)
    )
    if not possible.all():
        raise ValueError("sums must come from answers between 0 and 100")
    from scipy.special import betaincinv

    weight = n + PRIOR_ANSWERS
    mean = (total + PRIOR_ANSWERS * _PRIOR_MEAN) / weight
    second = (square + PRIOR_ANSWERS * _PRIOR_SQUARE) / weight
    variance = (second - mean**2) / (weight + 1) / 1e4
    share = mean / 100
    concentration = share * (1 - share) / variance - 1
    tail = (1 - confidence) / 2
    low, high = (
        100 * betaincinv(share * concentration, (1 - share) * concentration, part)
        for part in (tail, 1 - tail)
    )
    estimate = np.divide(total, n, out=np.full(n.shape, np.nan), where=n > 0)
    estimate = np.clip(estimate, 0.0, 100.0)
    return BoundedMeans(
        estimate_percent=estimate,
        lower_percent=np.where(n > 0, np.fmin(low, estimate), np.nan),
        upper_percent=np.where(n > 0, np.fmax(high, estimate), np.nan),
    )
