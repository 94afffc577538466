"""Variance of one contact of an organisation by a channel, when each organisation has a handful of
contacts.

Three contacts say little about their own spread, so the within-organisation variance is pooled over
a comparison group; but organisations do differ, so each keeps a share of its own, as large as the
data show that variances differ. Where even the widest group has too few repeated contacts, a
declared standard deviation is used, and said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from parvis.statistics.scoring import cell_means

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Values of `ContactVariances.level` that are not the position of a comparison group.
ASSUMED: Final = -1
NO_CONTACT: Final = -2
ABSENT_CHANNEL: Final = -3

# Below 10 degrees of freedom the pooled variance is itself so uncertain (its Student quantile
# exceeds 2.23 against 1.96) that a wider group serves an organisation better.
MINIMUM_DEGREES_OF_FREEDOM: Final = 10.0


@dataclass(frozen=True, slots=True)
class ContactVariances:
    """Variance of one contact, by organisation and channel.

    Attributes
    ----------
    mean : ndarray of float, shape (n_organisations, n_channels)
        Mean of the contacts, 0–100; NaN without contact.
    count : ndarray of int, same shape
        Number of contacts.
    variance : ndarray of float, same shape
        In points²; NaN without contact.
    degrees_of_freedom : ndarray of float, same shape
        Of that variance; infinite where it is assumed, NaN without contact.
    level : ndarray of int, same shape
        Which comparison group was pooled: 0 the narrowest, and so on up to all organisations;
        `ASSUMED` where the declared standard deviation was used; `NO_CONTACT`.
    """

    mean: FloatArray
    count: IntArray
    variance: FloatArray
    degrees_of_freedom: FloatArray
    level: IntArray


def contact_variances(
    score_percent: ArrayLike,
    organisation: ArrayLike,
    channel: ArrayLike,
    *,
    shape: tuple[int, int],
    groups: Sequence[ArrayLike],
    assumed_sd: ArrayLike,
    minimum_df: float = MINIMUM_DEGREES_OF_FREEDOM,
    prior_df: float | None = None,
) -> ContactVariances:
    """Estimate the variance of one contact for each organisation and channel.

    Pooling: s₀² = Σ (nᵢ − 1) sᵢ² / Σ (nᵢ − 1) over the narrowest group with at least `minimum_df`
    degrees of freedom and some variation; all organisations together come last. A group where every
    contact got the same score tells nothing of the spread to expect, except all organisations
    together, which are then believed.

    Moderation: the variances of organisations are taken as draws of a scaled inverse χ² with d₀
    degrees of freedom and mean s₀², so that the variance of organisation i is ((d₀ − 2) s₀² + (nᵢ −
    1) sᵢ²) / (d₀ + nᵢ − 1), with min(d₀ + nᵢ − 1, pooled) degrees of freedom. d₀ is found for each
    channel from the spread of sᵢ² / s₀² by moments, d₀ = 4 + 2 / CV²; no more spread than chance
    gives d₀ = ∞, that is plain pooling. Smyth fits d₀ on the logarithms of the variances; moments
    are used instead because contacts that all scored the same, a variance of zero, are common here.

    Parameters
    ----------
    score_percent : array_like of float, shape (n_contacts,)
        Scores of the contacts, 0–100; NaN is left out.
    organisation, channel : array_like of int, shape (n_contacts,)
        Positions. "Channel" may be any breakdown: channel × stage, criterion.
    shape : (int, int)
        Number of organisations and of channels.
    groups : sequence of array_like of int, each of shape (n_organisations,)
        Comparison groups from the narrowest (stratum) to wider ones. All organisations are added at
        the end.
    assumed_sd : array_like of float, shape (n_channels,) or ()
        Standard deviation of a contact, in points, declared for when nothing can be estimated.
    minimum_df : float
        Pooled degrees of freedom below which a wider group is taken; above 4, where a Student
        distribution has the fourth moment that `intervals.weighted_intervals` needs.
    prior_df : float, optional
        d₀ above 4, when it is not to be estimated; ``inf`` is plain pooling.

    Returns
    -------
    ContactVariances

    Raises
    ------
    ValueError
        Positions out of range, shapes that do not fit together, negative or non-finite
        `assumed_sd`, `minimum_df` or `prior_df` of 4 or less.

    References
    ----------
    Smyth, G. K. (2004), "Linear models and empirical Bayes methods for assessing differential
    expression", Statistical Applications in Genetics and Molecular Biology 3(1), article 3.

    Examples
    --------
    >>> found = contact_variances(
    ...     [40, 60, 80, 40, 50, 60, 80, 20, 50], [0] * 3 + [1] * 3 + [2] * 3, [0] * 9,
    ...     shape=(3, 1), groups=[], assumed_sd=25.0, minimum_df=6, prior_df=float("inf"))
    >>> found.variance.round(1).tolist(), found.degrees_of_freedom.tolist()
    ([[466.7], [466.7], [466.7]], [[6.0], [6.0], [6.0]])
    """
    n_organisations, n_channels = shape
    scores = np.asarray(score_percent, dtype=np.float64)
    means = cell_means(scores, organisation, channel, shape=shape)
    assumed = np.broadcast_to(np.asarray(assumed_sd, dtype=np.float64), (n_channels,))
    if not (np.isfinite(assumed) & (assumed >= 0)).all():
        raise ValueError("assumed_sd must be finite, zero or more")
    if not minimum_df > 4:
        raise ValueError(f"minimum_df must be above 4, got {minimum_df}")
    if prior_df is not None and not prior_df > 4:
        raise ValueError(f"prior_df must be above 4, got {prior_df}")
    levels = [_group_positions(group, n_organisations) for group in groups]
    levels.append(np.zeros(n_organisations, dtype=np.int64))

    own_df = np.maximum(means.count - 1, 0).astype(np.float64)
    own_squares = _squared_deviations(scores, organisation, channel, means.mean)
    pooled, pooled_df, level = _pool(own_squares, own_df, levels, minimum_df)

    if prior_df is None:
        prior = _prior_degrees_of_freedom(own_squares, own_df, pooled, pooled_df)
    else:
        prior = np.full(n_channels, prior_df)
    informed = np.isfinite(prior)
    finite_prior = np.where(informed, prior, 5.0)
    moderated = ((finite_prior - 2.0) * pooled + own_squares) / (finite_prior + own_df)
    variance = np.where(informed, moderated, pooled)
    degrees = np.minimum(prior + own_df, pooled_df)

    nothing_pooled = level == ASSUMED
    variance = np.where(nothing_pooled, assumed**2, variance)
    degrees = np.where(nothing_pooled, np.inf, degrees)
    without = means.count == 0
    return ContactVariances(
        mean=means.mean,
        count=means.count,
        variance=np.where(without, np.nan, variance),
        degrees_of_freedom=np.where(without, np.nan, degrees),
        level=np.where(without, NO_CONTACT, level),
    )


def _group_positions(group: ArrayLike, n_organisations: int) -> IntArray:
    """Number the groups 0, 1, … in increasing order of the caller's own numbers."""
    array = np.asarray(group)
    if array.shape != (n_organisations,):
        raise ValueError(f"a group must have shape ({n_organisations},), got {array.shape}")
    positions: IntArray = np.unique(array, return_inverse=True)[1].astype(np.int64)
    return positions


def _squared_deviations(
    scores: FloatArray, organisation: ArrayLike, channel: ArrayLike, means: FloatArray
) -> FloatArray:
    """Sum of the squared deviations from the cell's mean (two passes: no cancellation)."""
    rows = np.asarray(organisation, dtype=np.int64)
    columns = np.asarray(channel, dtype=np.int64)
    present = ~np.isnan(scores)
    cells = (rows * means.shape[1] + columns)[present]
    deviations = scores[present] - means.ravel()[cells]
    squares = np.bincount(cells, weights=deviations**2, minlength=means.size)
    return squares.astype(np.float64).reshape(means.shape)


def _pool(
    own_squares: FloatArray, own_df: FloatArray, levels: Sequence[IntArray], minimum_df: float
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Pooled variance, its degrees of freedom and the level used, by organisation and channel."""
    pooled = np.zeros(own_df.shape)
    pooled_df = np.ones(own_df.shape)
    chosen = np.full(own_df.shape, ASSUMED, dtype=np.int64)
    for level, group in enumerate(levels):
        size = int(group.max(initial=-1)) + 1
        squares = np.zeros((size, own_df.shape[1]))
        degrees = np.zeros((size, own_df.shape[1]))
        np.add.at(squares, group, own_squares)
        np.add.at(degrees, group, own_df)
        widest = level == len(levels) - 1
        usable = (degrees >= minimum_df) & ((squares > 0) | widest)
        taken = (chosen == ASSUMED) & usable[group]
        with np.errstate(divide="ignore", invalid="ignore"):
            pooled = np.where(taken, (squares / degrees)[group], pooled)
        pooled_df = np.where(taken, degrees[group], pooled_df)
        chosen = np.where(taken, level, chosen)
    return pooled, pooled_df, chosen


def _prior_degrees_of_freedom(
    own_squares: FloatArray, own_df: FloatArray, pooled: FloatArray, pooled_df: FloatArray
) -> FloatArray:
    """Degrees of freedom d₀ of the spread of variances, for each channel; infinite where they do
    not differ.

    Under equal variances E[(sᵢ²/s₀²)²] = (dᵢ + 2)/dᵢ · D/(D + 2), with D the pooled degrees of
    freedom (sᵢ² is part of s₀²): dividing by it leaves E[σ⁴]/E[σ²]² = 1 + CV². An inverse χ² has
    CV² = 2 / (d₀ − 4).
    """
    used = (own_df > 0) & (pooled > 0)
    degrees = np.where(used, own_df, 1.0)
    ratio = np.where(used, own_squares / degrees / np.where(used, pooled, 1.0), 0.0)
    weight = np.where(used, own_df, 0.0)
    by_chance = (degrees + 2.0) / degrees * pooled_df / (pooled_df + 2.0)
    total = weight.sum(axis=0)
    known = total > 0
    divisor = np.where(known, total, 1.0)
    first = (weight * ratio).sum(axis=0) / divisor
    second = (weight * ratio**2 / by_chance).sum(axis=0) / divisor
    excess = np.where(known, second / np.where(first > 0, first, 1.0) ** 2 - 1.0, 0.0)
    prior = np.full(excess.shape, np.inf)
    # Below a millionth the difference from plain pooling is beyond any display, and 2 / CV² would
    # lose digits.
    spread = excess > 1e-6
    prior[spread] = 4.0 + 2.0 / excess[spread]
    return prior
