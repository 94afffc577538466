"""What pure chance would give around a period's own level: the band behind a trend of shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

# Median and mean of the absolute difference of two independent standard normal values.
_MEDIAN_MOVING_RANGE = 0.6744897501960817 * np.sqrt(2.0)
_MEAN_MOVING_RANGE = 2.0 / np.sqrt(np.pi)
# A move is cut at so many ordinary ones: a single odd day does not widen the band of all.
_LARGEST_MOVE = 2.5 * np.sqrt(2.0)


@dataclass(frozen=True, slots=True)
class NoiseBand:
    """A trend and its band; arrays of shape (n_points,).

    Attributes
    ----------
    level : float
        Share over the whole period, 0–1; NaN without any answer.
    share, lower, upper : ndarray of float
        0–1; the share is NaN and the limits 0 and 1 where nobody answered.
    outside : ndarray of bool
        Whether a point lies out of its limits.
    over_dispersion : float
        1, or how much more the points vary from one to the next than single answers explain.
    """

    level: float
    share: FloatArray
    lower: FloatArray
    upper: FloatArray
    outside: BoolArray
    over_dispersion: float


def noise_band(successes: ArrayLike, trials: ArrayLike, *, confidence: float = 0.95) -> NoiseBand:
    """Band in which the whole trend stays, with the confidence given, when the level is constant.

    Limits on the scale arcsin √share, for each point by its own number of answers, at
    1 − confidence^(1/n) a point (Šidák): the confidence is that of the period, not of each point.
    Days that differ for ordinary reasons (a market day, an event) vary more than single answers
    would: the band widens by the moving range of the z-scores, as in Laney's p′ chart, which a
    lasting change of level hardly touches. Over 7 to 90 points, chance leaves the band in 0 to 7 %
    of simulated periods where 5 % are announced (docs/statistics.md).

    Parameters
    ----------
    successes, trials : array_like of int, shape (n_points,)
        In the order of time; 0 ≤ successes ≤ trials.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    NoiseBand

    Raises
    ------
    ValueError
        Shapes that differ, counts out of range, confidence outside (0, 1).

    References
    ----------
    Laney, D. B. (2002), "Improved control charts for attributes", Quality Engineering 14, 531–537.

    Examples
    --------
    >>> found = noise_band([16, 15, 17, 16, 15, 2, 16], [20] * 7)
    >>> round(found.level, 2), found.outside.tolist()
    (0.69, [False, False, False, False, False, True, False])
    """
    hits = np.asarray(successes, dtype=np.float64)
    total = np.asarray(trials, dtype=np.float64)
    if hits.ndim != 1 or hits.shape != total.shape:
        raise ValueError("successes and trials must be vectors of the same length")
    if not ((hits >= 0) & (hits <= total) & np.isfinite(total)).all():
        raise ValueError("counts must satisfy 0 <= successes <= trials")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
    answered = total > 0
    share = np.divide(hits, total, out=np.full(total.shape, np.nan), where=answered)
    if not answered.any():
        nothing = np.zeros(total.shape)
        return NoiseBand(
            level=float("nan"),
            share=share,
            lower=nothing,
            upper=nothing + 1.0,
            outside=nothing > 0,
            over_dispersion=1.0,
        )
    from scipy.special import ndtri

    level = float(hits.sum() / total.sum())
    angle = np.arcsin(np.sqrt((hits + 0.375) / (total + 0.75)))
    middle = np.arcsin(np.sqrt((level * total + 0.375) / (total + 0.75)))
    z = (angle - middle) * 2.0 * np.sqrt(total + 0.5)
    sigma = _moving_sigma(z[answered])
    points = int(answered.sum())
    quantile = float(ndtri(0.5 + 0.5 * confidence ** (1.0 / points)))
    half = quantile * sigma * 0.5 / np.sqrt(total + 0.5)
    lower = np.where(answered, _share_of(middle - half, total), 0.0)
    upper = np.where(answered, _share_of(middle + half, total), 1.0)
    outside = answered & (np.abs(z) > quantile * sigma)
    return NoiseBand(
        level=level,
        share=share,
        lower=lower,
        upper=upper,
        outside=outside,
        over_dispersion=sigma**2,
    )


def _moving_sigma(z: FloatArray) -> float:
    """Standard deviation of the z-scores from one point to the next, 1 at least."""
    if z.size < 3:
        return 1.0
    moves = np.abs(np.diff(z))
    ordinary = max(1.0, float(np.median(moves) / _MEDIAN_MOVING_RANGE))
    cut = np.minimum(moves, _LARGEST_MOVE * ordinary)
    return max(1.0, float(cut.mean() / _MEAN_MOVING_RANGE))


def _share_of(angle: FloatArray, total: FloatArray) -> FloatArray:
    """The share whose corrected angle this is, within 0 and 1."""
    sine = np.sin(np.clip(angle, 0.0, np.pi / 2.0)) ** 2
    count = sine * (total + 0.75) - 0.375
    share: FloatArray = np.clip(count / np.maximum(total, 1.0), 0.0, 1.0)
    return share
