"""Composite indicators: normalise each indicator, weigh them, aggregate them into one score per
item.

Follows the OECD/JRC "Handbook on Constructing Composite Indicators" (2008), steps 5 and 6. Errors
say which item and which indicator by position, so that the caller can name them in its own words.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


class Normalisation(StrEnum):
    """How indicators in different units are brought to a common scale."""

    NONE = "none"
    Z_SCORE = "z-score"
    MIN_MAX = "min-max"
    GOALPOSTS = "goalposts"


class Aggregation(StrEnum):
    """How the normalised indicators of an item become one score."""

    ARITHMETIC = "arithmetic"
    GEOMETRIC = "geometric"


class Fault(StrEnum):
    """What makes a composite impossible to compute."""

    NOT_FINITE = "a value is infinite"
    OUT_OF_RANGE = "values are too large or too small to be computed with"
    CONSTANT = "the indicator has the same value for every item"
    TOO_FEW = "the indicator has fewer than two values"
    GOALPOSTS_MISSING = "goalposts are needed for every indicator"
    GOALPOSTS_ORDER = "the low goalpost must be below the high one"
    DIRECTION = "a direction is 1 or -1"
    WEIGHT = "a weight is a finite number, zero or more"
    WEIGHTS_ALL_ZERO = "at least one weight must be above zero"
    NOT_POSITIVE = "the geometric mean needs strictly positive values"


class CompositeError(ValueError):
    """A composite cannot be computed; says why and where.

    Attributes
    ----------
    fault : Fault
    item, indicator : int or None
        Positions (from 0) of the row and the column at fault, where there is one.
    """

    def __init__(
        self, fault: Fault, *, item: int | None = None, indicator: int | None = None
    ) -> None:
        self.fault = fault
        self.item = item
        self.indicator = indicator
        where = [
            f"{name} {position}"
            for name, position in (("item", item), ("indicator", indicator))
            if position is not None
        ]
        super().__init__(f"{fault.value} ({', '.join(where)})" if where else fault.value)


@dataclass(frozen=True, slots=True)
class Composite:
    """Scores of the items and what they rest on.

    Attributes
    ----------
    scores : ndarray of float, shape (n_items,)
        NaN where the coverage is below the threshold.
    coverage : ndarray of float, shape (n_items,)
        Share of the weight that could be assessed, 0–1.
    """

    scores: FloatArray
    coverage: FloatArray


def normalise(
    values: ArrayLike,
    method: Normalisation | str,
    *,
    directions: ArrayLike | None = None,
    goalposts: ArrayLike | None = None,
) -> FloatArray:
    """Bring indicators to a common scale where higher is better.

    Parameters
    ----------
    values : array_like of float, shape (n_items, n_indicators)
        NaN is a missing value and stays missing.
    method : Normalisation
        ``none``: unchanged; ``z-score``: mean 0 and standard deviation 1 with n − 1; ``min-max``:
        worst 0, best 1 of the items present; ``goalposts``: 0 at the low goalpost, 1 at the high
        one, clipped to [0, 1].
    directions : array_like of {1, -1}, shape (n_indicators,), optional
        -1 for an indicator where lower is better: its sign is turned (``none``, ``z-score``) or it
        is subtracted from 1 (``min-max``, ``goalposts``). All 1 by default.
    goalposts : array_like of float, shape (n_indicators, 2), optional
        Low and high, in the indicator's unit. Needed for ``goalposts``.

    Returns
    -------
    ndarray of float, shape (n_items, n_indicators)

    Raises
    ------
    CompositeError
        Infinite value, constant indicator or fewer than two values (``z-score``, ``min-max``),
        goalposts missing or out of order, direction other than 1 and -1.
    ValueError
        Shapes that do not fit together.

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators, step 5 and table 15.

    Examples
    --------
    >>> normalise([[20.0], [35.0], [80.0]], "goalposts", goalposts=[[20.0, 50.0]]).ravel().tolist()
    [0.0, 0.5, 1.0]
    """
    method = Normalisation(method)
    array = _matrix(values)
    n_indicators = array.shape[1]
    signs = _directions(directions, n_indicators)
    infinite = np.argwhere(np.isinf(array))
    if infinite.size:
        item, indicator = (int(position) for position in infinite[0])
        raise CompositeError(Fault.NOT_FINITE, item=item, indicator=indicator)

    with np.errstate(all="ignore"):
        if method is Normalisation.NONE:
            normalised = array * signs
        elif method is Normalisation.Z_SCORE:
            normalised = _z_scores(array) * signs
        else:
            if method is Normalisation.MIN_MAX:
                lows, highs = _extremes(array)
            else:
                lows, highs = _goalposts(goalposts, n_indicators)
            scaled = np.clip((array - lows) / (highs - lows), 0.0, 1.0)
            normalised = np.where(signs > 0, scaled, 1.0 - scaled)
    broken = np.argwhere(~np.isfinite(normalised) & ~np.isnan(array))
    if broken.size:
        raise CompositeError(Fault.OUT_OF_RANGE, indicator=int(broken[0][1]))
    return normalised


def aggregate(
    normalised: ArrayLike,
    weights: ArrayLike,
    method: Aggregation | str,
    *,
    minimum_coverage: float = 1.0,
) -> Composite:
    """Aggregate the indicators of each item into one score.

    A missing indicator is left out and the weights of the others renormalised, provided that they
    carry at least `minimum_coverage` of the weight.

    Zero is refused by the geometric mean, like negative values: the method is meaningful for
    strictly positive ratio-scale indicators only (Handbook, step 6), and one zero would pull an
    item to 0 whatever its other indicators say. Min–max always gives a zero, to the worst item of
    each indicator: to use the geometric mean, prefer goalposts whose low end no item reaches.

    Parameters
    ----------
    normalised : array_like of float, shape (n_items, n_indicators)
        NaN is a missing value.
    weights : array_like of float, shape (n_indicators,)
        Zero or more, in any unit: only their ratios count.
    method : Aggregation
        ``arithmetic``: Σ w x / Σ w; ``geometric``: (Π x^w)^(1 / Σ w).
    minimum_coverage : float
        Share of the weight (0–1) below which an item has no score.

    Returns
    -------
    Composite

    Raises
    ------
    CompositeError
        Negative or non-finite weight, all weights zero, infinite value, or a value ≤ 0 of positive
        weight in a geometric mean.
    ValueError
        Shapes that do not fit together, or `minimum_coverage` outside [0, 1].

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators, step 6.

    Examples
    --------
    >>> aggregate([[21.0, 1.0, 1.0, 1.0]], [1, 1, 1, 1], "geometric").scores.round(4).tolist()
    [2.1407]
    """
    method = Aggregation(method)
    array = _matrix(normalised)
    if not 0.0 <= minimum_coverage <= 1.0:
        raise ValueError(f"minimum_coverage must be from 0 to 1, got {minimum_coverage}")
    shares = _weight_shares(weights, array.shape[1])
    infinite = np.argwhere(np.isinf(array))
    if infinite.size:
        item, indicator = (int(position) for position in infinite[0])
        raise CompositeError(Fault.NOT_FINITE, item=item, indicator=indicator)

    # An indicator of weight zero takes no part: neither its gaps nor its sign matter.
    present = ~np.isnan(array) & (shares > 0)
    assessed = np.where(present, shares, 0.0)
    coverage = np.minimum(assessed.sum(axis=1), 1.0)
    # The sum of shares can fall short of 1 by rounding: compare with the same tolerance.
    enough = (coverage >= minimum_coverage - 1e-12) & present.any(axis=1)

    if method is Aggregation.GEOMETRIC:
        not_positive = np.argwhere(present & (array <= 0))
        if not_positive.size:
            item, indicator = (int(position) for position in not_positive[0])
            raise CompositeError(Fault.NOT_POSITIVE, item=item, indicator=indicator)

    with np.errstate(all="ignore"):
        if method is Aggregation.GEOMETRIC:
            terms = np.log(np.where(present, array, 1.0))
            scores = np.exp((assessed * terms).sum(axis=1) / assessed.sum(axis=1))
        else:
            terms = assessed * np.where(present, array, 0.0)
            totals = terms.sum(axis=1)
            # Terms that cancel out leave the rounding of their sum, by which items would be ranked.
            cancelled = np.abs(totals) < 1e-12 * np.abs(terms).sum(axis=1)
            scores = np.where(cancelled, 0.0, totals) / assessed.sum(axis=1)
    if not np.isfinite(scores[enough]).all():
        item = int(np.flatnonzero(enough & ~np.isfinite(scores))[0])
        raise CompositeError(Fault.OUT_OF_RANGE, item=item)
    return Composite(scores=np.where(enough, scores, np.nan), coverage=coverage)


def _matrix(values: ArrayLike) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 2:
        raise ValueError(f"values must have shape (n_items, n_indicators), got {array.shape}")
    return array


def _directions(directions: ArrayLike | None, n_indicators: int) -> FloatArray:
    if directions is None:
        return np.ones(n_indicators)
    signs = np.asarray(directions, dtype=np.float64)
    if signs.shape != (n_indicators,):
        raise ValueError(f"directions must have shape ({n_indicators},), got {signs.shape}")
    wrong = np.flatnonzero(np.abs(signs) != 1.0)
    if wrong.size:
        raise CompositeError(Fault.DIRECTION, indicator=int(wrong[0]))
    return signs


def _goalposts(goalposts: ArrayLike | None, n_indicators: int) -> tuple[FloatArray, FloatArray]:
    if goalposts is None:
        raise CompositeError(Fault.GOALPOSTS_MISSING)
    posts = np.asarray(goalposts, dtype=np.float64)
    if posts.shape != (n_indicators, 2):
        raise ValueError(f"goalposts must have shape ({n_indicators}, 2), got {posts.shape}")
    lows, highs = posts[:, 0], posts[:, 1]
    missing = np.flatnonzero(~np.isfinite(posts).all(axis=1))
    if missing.size:
        raise CompositeError(Fault.GOALPOSTS_MISSING, indicator=int(missing[0]))
    disordered = np.flatnonzero(lows >= highs)
    if disordered.size:
        raise CompositeError(Fault.GOALPOSTS_ORDER, indicator=int(disordered[0]))
    return lows, highs


def _extremes(array: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest value of each indicator, refused when they are the same or too few."""
    present = ~np.isnan(array)
    too_few = np.flatnonzero(present.sum(axis=0) < 2)
    if too_few.size:
        raise CompositeError(Fault.TOO_FEW, indicator=int(too_few[0]))
    lows = np.where(present, array, np.inf).min(axis=0)
    highs = np.where(present, array, -np.inf).max(axis=0)
    constant = np.flatnonzero(lows == highs)
    if constant.size:
        raise CompositeError(Fault.CONSTANT, indicator=int(constant[0]))
    return lows, highs


def _z_scores(array: FloatArray) -> FloatArray:
    _extremes(array)
    present = ~np.isnan(array)
    counts = present.sum(axis=0)
    means = np.where(present, array, 0.0).sum(axis=0) / counts
    deviations = array - means
    squares = np.where(present, deviations, 0.0) ** 2
    z_scores: FloatArray = deviations / np.sqrt(squares.sum(axis=0) / (counts - 1))
    return z_scores


def _weight_shares(weights: ArrayLike, n_indicators: int) -> FloatArray:
    array = np.asarray(weights, dtype=np.float64)
    if array.shape != (n_indicators,):
        raise ValueError(f"weights must have shape ({n_indicators},), got {array.shape}")
    wrong = np.flatnonzero(~np.isfinite(array) | (array < 0))
    if wrong.size:
        raise CompositeError(Fault.WEIGHT, indicator=int(wrong[0]))
    largest = float(array.max(initial=0.0))
    if largest == 0:
        raise CompositeError(Fault.WEIGHTS_ALL_ZERO)
    # Scaled by the largest first, so that enormous weights do not overflow in their sum.
    scaled = array / largest
    shares: FloatArray = scaled / scaled.sum()
    return shares
