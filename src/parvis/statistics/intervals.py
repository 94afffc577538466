"""Intervals: shares (Wilson), channel scores (Student), and the weighted score over channels
(sum of Students).

Stages of the journey and determinants use the same functions: a column per channel × stage, then
the weighted mean over channels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from parvis.statistics.variances import (
    ABSENT_CHANNEL,
    ASSUMED,
    MINIMUM_DEGREES_OF_FREEDOM,
    contact_variances,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ChannelIntervals:
    """Scores of the channels with their intervals; every array has shape (n_organisations,
    n_channels).

    Attributes
    ----------
    estimate_percent, lower_percent, upper_percent : ndarray of float
        0–100; NaN without contact. The limits are clipped to [0, 100].
    variance_of_mean : ndarray of float
        Square of the standard error, in points².
    degrees_of_freedom : ndarray of float
        Infinite where the variance is assumed or there is nothing to estimate.
    contacts : ndarray of int
    level : ndarray of int
        Comparison group whose variance was pooled (0 the narrowest), or `variances.ASSUMED`,
        `variances.NO_CONTACT`, `variances.ABSENT_CHANNEL`.
    """

    estimate_percent: FloatArray
    lower_percent: FloatArray
    upper_percent: FloatArray
    variance_of_mean: FloatArray
    degrees_of_freedom: FloatArray
    contacts: IntArray
    level: IntArray


@dataclass(frozen=True, slots=True)
class WeightedIntervals:
    """Weighted scores over channels with their intervals, by organisation (and stage).

    Attributes
    ----------
    estimate_percent, lower_percent, upper_percent : ndarray of float
        0–100; NaN where the coverage is below the threshold. The limits are clipped to [0, 100].
    standard_error : ndarray of float
        Scale of the Student distribution used, in points.
    degrees_of_freedom : ndarray of float
        Of the Student distribution used; infinite where no variance was estimated.
    coverage : ndarray of float
        Share (0–1) of the weight that could be assessed.
    rests_on_assumption : ndarray of bool
        A channel that counts has an assumed variance: to be said beside the interval.
    """

    estimate_percent: FloatArray
    lower_percent: FloatArray
    upper_percent: FloatArray
    standard_error: FloatArray
    degrees_of_freedom: FloatArray
    coverage: FloatArray
    rests_on_assumption: BoolArray


def wilson_interval(
    successes: ArrayLike, trials: ArrayLike, *, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Wilson interval of a share.

    Parameters
    ----------
    successes, trials : array_like of int, broadcast together
        0 ≤ successes ≤ trials.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    lower, upper : ndarray of float
        Shares, 0–1; 0 and 1 without any trial.

    Raises
    ------
    ValueError
        Counts out of range, or confidence outside (0, 1).

    References
    ----------
    Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22, 209–212.

    Examples
    --------
    >>> lower, upper = wilson_interval(8, 9)
    >>> round(float(lower), 2), round(float(upper), 2)
    (0.57, 0.98)
    """
    hits, total = np.broadcast_arrays(
        np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    )
    # Written so that NaN fails too.
    if not ((hits >= 0) & (hits <= total) & np.isfinite(total)).all():
        raise ValueError("counts must satisfy 0 <= successes <= trials")
    # SciPy takes longer to import than a page to answer: only computations wait for it.
    from scipy.special import ndtri

    z2 = float(ndtri(_upper_probability(confidence))) ** 2
    # z² is positive, so zero trials give (0 ± z²) / 2z²: the whole of [0, 1].
    centre = hits + z2 / 2.0
    misses = total - hits
    share_product = np.divide(hits * misses, total, out=np.zeros(total.shape), where=total > 0)
    half = np.sqrt(z2 * (share_product + z2 / 4.0))
    lower = np.where(hits == 0, 0.0, (centre - half) / (total + z2))
    upper = np.where(misses == 0, 1.0, (centre + half) / (total + z2))
    return lower, upper


def channel_intervals(
    score_percent: ArrayLike,
    organisation: ArrayLike,
    channel: ArrayLike,
    *,
    shape: tuple[int, int],
    groups: Sequence[ArrayLike],
    assumed_sd: ArrayLike,
    confidence: float = 0.95,
    minimum_df: float = MINIMUM_DEGREES_OF_FREEDOM,
    prior_df: float | None = None,
) -> ChannelIntervals:
    """Score each organisation by each channel: mean of its contacts, with a Student interval.

    Parameters
    ----------
    score_percent, organisation, channel, shape, groups, assumed_sd, minimum_df, prior_df
        As in `variances.contact_variances`.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    ChannelIntervals

    Raises
    ------
    ValueError
        As in `variances.contact_variances`, or confidence outside (0, 1).

    Examples
    --------
    >>> found = channel_intervals([50.0], [0], [0], shape=(1, 1), groups=[], assumed_sd=10.0)
    >>> found.lower_percent.round(1).tolist(), found.upper_percent.round(1).tolist()
    ([[30.4]], [[69.6]])
    """
    found = contact_variances(
        score_percent,
        organisation,
        channel,
        shape=shape,
        groups=groups,
        assumed_sd=assumed_sd,
        minimum_df=minimum_df,
        prior_df=prior_df,
    )
    variance_of_mean = found.variance / np.maximum(found.count, 1)
    lower, upper = _student_limits(
        found.mean, variance_of_mean, found.degrees_of_freedom, confidence
    )
    return ChannelIntervals(
        estimate_percent=found.mean,
        lower_percent=lower,
        upper_percent=upper,
        variance_of_mean=variance_of_mean,
        degrees_of_freedom=found.degrees_of_freedom,
        contacts=found.count,
        level=found.level,
    )


def with_absent_channels(intervals: ChannelIntervals, absent: ArrayLike) -> ChannelIntervals:
    """Score 0, as a fact without uncertainty, the mandatory channels that an organisation does not
    offer.

    Parameters
    ----------
    intervals : ChannelIntervals
    absent : array_like of bool, shape (n_organisations, n_channels)

    Returns
    -------
    ChannelIntervals
        Estimate and limits are 0 where `absent`, and the level is `variances.ABSENT_CHANNEL`.

    Raises
    ------
    ValueError
        Another shape, or a channel declared absent that has contacts.

    Examples
    --------
    >>> found = channel_intervals([50.0], [0], [0], shape=(1, 2), groups=[], assumed_sd=10.0)
    >>> with_absent_channels(found, [[False, True]]).estimate_percent.tolist()
    [[50.0, 0.0]]
    """
    mask = np.asarray(absent, dtype=np.bool_)
    if mask.shape != intervals.contacts.shape:
        raise ValueError(f"absent must have shape {intervals.contacts.shape}, got {mask.shape}")
    if (mask & (intervals.contacts > 0)).any():
        raise ValueError("a channel with contacts cannot be absent")
    return replace(
        intervals,
        estimate_percent=np.where(mask, 0.0, intervals.estimate_percent),
        lower_percent=np.where(mask, 0.0, intervals.lower_percent),
        upper_percent=np.where(mask, 0.0, intervals.upper_percent),
        variance_of_mean=np.where(mask, 0.0, intervals.variance_of_mean),
        degrees_of_freedom=np.where(mask, np.inf, intervals.degrees_of_freedom),
        level=np.where(mask, ABSENT_CHANNEL, intervals.level),
    )


def weighted_intervals(
    intervals: ChannelIntervals,
    weights: ArrayLike,
    *,
    minimum_coverage: float = 0.6,
    confidence: float = 0.95,
) -> WeightedIntervals:
    """Weighted mean over channels, with its interval by propagation of the channels' variances.

    The weights of the channels without score are left out and the others renormalised. The error of
    the sum is a sum of Student distributions, one for each channel; it is taken as the Student
    distribution of the same variance and fourth moment. Welch–Satterthwaite, which matches the
    estimated variances only, covers one or two points too little here (docs/statistics.md).

    Parameters
    ----------
    intervals : ChannelIntervals
        Its columns are the channels; for stages, take the columns of one stage at a time.
    weights : array_like of float, shape (n_channels,) or (n_organisations, n_channels)
        Zero or more; a channel of weight zero does not count (visits, social networks).
    minimum_coverage : float
        Share of the weight (0–1) below which there is no score.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    WeightedIntervals
        Arrays of shape (n_organisations,).

    Raises
    ------
    ValueError
        Weights negative, non-finite, of another shape or without any positive one;
        `minimum_coverage` outside [0, 1] or confidence outside (0, 1).

    References
    ----------
    Patil, V. H. (1965), "Approximation to the Behrens–Fisher distributions", Biometrika 52,
    267–271.

    Examples
    --------
    >>> found = channel_intervals(
    ...     [50.0, 70.0], [0, 0], [0, 1], shape=(1, 2), groups=[], assumed_sd=[3.0, 4.0])
    >>> overall = weighted_intervals(found, [1, 1])
    >>> overall.estimate_percent.tolist(), overall.standard_error.tolist()
    ([60.0], [2.5])
    """
    shape = intervals.estimate_percent.shape
    given = np.asarray(weights, dtype=np.float64)
    if given.shape not in (shape, shape[1:]):
        raise ValueError(f"weights must have shape {shape[1:]} or {shape}, got {given.shape}")
    if not (np.isfinite(given) & (given >= 0)).all() or not (given.sum(axis=-1) > 0).all():
        raise ValueError("weights must be finite, zero or more, and at least one above zero")
    if not 0.0 <= minimum_coverage <= 1.0:
        raise ValueError(f"minimum_coverage must be from 0 to 1, got {minimum_coverage}")
    full = np.broadcast_to(given, shape)

    counts = ~np.isnan(intervals.estimate_percent) & (full > 0)
    assessed = np.where(counts, full, 0.0)
    assessed_total = assessed.sum(axis=1)
    coverage = assessed_total / full.sum(axis=1)
    # Weights such as 0.3 + 0.3 are not exactly 0.6: a threshold reached but for rounding is
    # reached.
    scored = (coverage >= minimum_coverage - 1e-12) & (assessed_total > 0)
    shares = assessed / np.where(assessed_total > 0, assessed_total, 1.0)[:, np.newaxis]

    estimate = (shares * np.where(counts, intervals.estimate_percent, 0.0)).sum(axis=1)
    parts = shares**2 * np.where(counts, intervals.variance_of_mean, 0.0)
    variance, degrees = _sum_of_students(
        parts, np.where(counts, intervals.degrees_of_freedom, np.inf)
    )

    estimate = np.where(scored, np.clip(estimate, 0.0, 100.0), np.nan)
    lower, upper = _student_limits(estimate, variance, degrees, confidence)
    return WeightedIntervals(
        estimate_percent=estimate,
        lower_percent=lower,
        upper_percent=upper,
        standard_error=np.where(scored, np.sqrt(variance), np.nan),
        degrees_of_freedom=np.where(scored, degrees, np.nan),
        coverage=coverage,
        rests_on_assumption=scored & (counts & (intervals.level == ASSUMED)).any(axis=1),
    )


def _sum_of_students(parts: FloatArray, degrees: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Squared scale and degrees of freedom of the Student distribution closest to a sum of them.

    Same variance and same fourth moment (Patil 1965), columns summed; needs degrees above 4.
    """
    finite = np.isfinite(degrees)
    shown = np.where(finite, degrees, 5.0)
    spread = parts * np.where(finite, shown / (shown - 2.0), 1.0)
    excess = np.where(finite, spread**2 / (shown - 4.0), 0.0).sum(axis=1)
    total = spread.sum(axis=1)
    combined = np.full(total.shape, np.inf)
    np.divide(total**2, excess, out=combined, where=excess > 0)
    # 4 + ∞ stays ∞: nothing uncertain in any variance.
    combined += 4.0
    squared_scale = total * np.where(
        np.isinf(combined), 1.0, 1.0 - 2.0 / np.where(np.isinf(combined), 1.0, combined)
    )
    return squared_scale, combined


def _student_limits(
    estimate: FloatArray, variance_of_mean: FloatArray, degrees: FloatArray, confidence: float
) -> tuple[FloatArray, FloatArray]:
    from scipy.special import ndtri, stdtrit

    probability = _upper_probability(confidence)
    finite = np.where(np.isfinite(degrees), degrees, 1.0)
    quantile = np.where(np.isinf(degrees), ndtri(probability), stdtrit(finite, probability))
    half = quantile * np.sqrt(variance_of_mean)
    return np.clip(estimate - half, 0.0, 100.0), np.clip(estimate + half, 0.0, 100.0)


def _upper_probability(confidence: float) -> float:
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
    return 0.5 + confidence / 2.0
