"""Mean of answers placed on 0–100 with an interval that stays inside the scale.

Smileys and notes take few values, often nearly all the same one: the usual interval of a mean then
leaves the scale, or has no width at all when everybody agrees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


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

    The interval adds z²/2 answers at 0 and as many at 100, then takes the normal one: for answers
    at both ends only it is the Agresti–Coull interval of a share. It never leaves the scale, has a
    width when everybody agrees, and is the usual one with many varied answers.

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
    Agresti, A. and Coull, B. A. (1998), "Approximate is better than 'exact' for interval estimation
    of binomial proportions", The American Statistician 52, 119–126.

    Examples
    --------
    >>> found = bounded_means(40, 4000.0, 400_000.0)
    >>> round(float(found.lower_percent), 1), float(found.upper_percent)
    (89.6, 100.0)
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
    from scipy.special import ndtri

    z2 = float(ndtri(0.5 + confidence / 2.0)) ** 2
    weight = n + z2
    centre = (total + z2 * 50.0) / weight
    second = (square + z2 / 2.0 * 100.0**2) / weight
    # The variance is zero or more but for rounding.
    half = np.sqrt(z2 * np.maximum(second - centre**2, 0.0) / weight)
    estimate = np.divide(total, n, out=np.full(n.shape, np.nan), where=n > 0)
    return BoundedMeans(
        estimate_percent=np.clip(estimate, 0.0, 100.0),
        lower_percent=np.where(n > 0, np.clip(centre - half, 0.0, 100.0), np.nan),
        upper_percent=np.where(n > 0, np.clip(centre + half, 0.0, 100.0), np.nan),
    )
