"""Ranks of scores, 1 for the best.

Two conventions for ties: competition ranks, where ties share the smallest rank (what is displayed),
and mid-ranks, where they share the mean of theirs (what rank statistics need).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

# Two scores that differ only by the rounding of floating-point sums are the same score: about 16
# digits are stored, a few are lost in a weighted sum.
TIE_DIGITS = 12


def round_significant(values: ArrayLike, digits: int = TIE_DIGITS) -> FloatArray:
    """Round to a number of significant digits, so that equal scores computed in another order
    compare equal.

    Parameters
    ----------
    values : array_like of float, any shape
        NaN and infinities are returned as they are.
    digits : int
        Significant digits kept, from 1 to 15.

    Returns
    -------
    ndarray of float, same shape

    Raises
    ------
    ValueError
        `digits` is outside 1..15.

    Examples
    --------
    >>> bool(0.1 + 0.2 == 0.3)
    False
    >>> bool(round_significant(0.1 + 0.2) == round_significant(0.3))
    True
    """
    if not 1 <= digits <= 15:
        raise ValueError(f"digits must be from 1 to 15, got {digits}")
    array = np.asarray(values, dtype=np.float64)
    # Decimal text is rounded correctly at every magnitude; multiplying by a power of ten is not.
    rounded = [float(f"{value:.{digits - 1}e}") for value in array.ravel()]
    return np.array(rounded, dtype=np.float64).reshape(array.shape)


def competition_ranks(scores: ArrayLike, *, tie_digits: int = TIE_DIGITS) -> NDArray[np.int64]:
    """Rank scores, 1 for the highest; ties share the smallest rank ("1224" ranking).

    Parameters
    ----------
    scores : array_like of float, shape (n,)
        Higher is better. NaN has no rank.
    tie_digits : int
        Scores equal to this many significant digits are tied.

    Returns
    -------
    ndarray of int, shape (n,)
        1..n, and 0 where the score is NaN.

    Raises
    ------
    ValueError
        `scores` is not one-dimensional.

    Examples
    --------
    >>> competition_ranks([1, 3, 4, 4, 4, 7, 7, 10]).tolist()
    [8, 7, 4, 4, 4, 2, 2, 1]
    """
    rounded = round_significant(_vector(scores), tie_digits)
    ranked = ~np.isnan(rounded)
    ascending = np.sort(rounded[ranked])
    ranks = np.zeros(rounded.size, dtype=np.int64)
    better = ascending.size - np.searchsorted(ascending, rounded[ranked], side="right")
    ranks[ranked] = better + 1
    return ranks


def mid_ranks(scores: ArrayLike, *, tie_digits: int = TIE_DIGITS) -> FloatArray:
    """Rank scores, 1 for the highest; ties share the mean of the ranks they occupy.

    Parameters
    ----------
    scores : array_like of float, shape (n,)
        Higher is better. NaN has no rank.
    tie_digits : int
        Scores equal to this many significant digits are tied.

    Returns
    -------
    ndarray of float, shape (n,)
        Halves are possible; NaN where the score is NaN.

    Raises
    ------
    ValueError
        `scores` is not one-dimensional.

    Examples
    --------
    >>> mid_ranks([1, 3, 4, 4, 4, 7, 7, 10]).tolist()
    [8.0, 7.0, 5.0, 5.0, 5.0, 2.5, 2.5, 1.0]
    """
    rounded = round_significant(_vector(scores), tie_digits)
    ranked = ~np.isnan(rounded)
    ascending = np.sort(rounded[ranked])
    worse = np.searchsorted(ascending, rounded[ranked], side="left")
    not_better = np.searchsorted(ascending, rounded[ranked], side="right")
    ranks = np.full(rounded.size, np.nan)
    ranks[ranked] = ascending.size - (worse + not_better - 1) / 2.0
    return ranks


def _vector(scores: ArrayLike) -> FloatArray:
    array = np.asarray(scores, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"scores must be one-dimensional, got shape {array.shape}")
    return array
