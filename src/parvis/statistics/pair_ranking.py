"""Rankings from pairwise comparisons: "which of the two matters more?".

Each item is taken to have also won once and lost once against an item of middling strength. So an
item that was compared little stays near the middle, one that won every time is not infinitely
strong, and items whose comparisons are not linked, even indirectly, are still on one scale.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from parvis.statistics.opinion_votes import FloatArray, IntArray

# The comparisons make a full matrix of items.
MOST_ITEMS: Final = 2_000
PRECISION: Final = 1e-10
MOST_ITERATIONS: Final = 10_000


def win_rates(items: int, winner: ArrayLike, loser: ArrayLike) -> FloatArray:
    """Smoothed share of comparisons won: (wins + 1) / (comparisons + 2).

    It needs no other item's result, so it can follow votes live; but it is the luck of the draw
    whom an item is compared with.

    Parameters
    ----------
    items : int
    winner, loser : array_like of int, shape (comparisons,)
        From 0 to `items` − 1.

    Returns
    -------
    ndarray, shape (items,)
        Between 0 and 1; one half for an item without comparison.

    Raises
    ------
    ValueError
        The arrays differ in length, an item is out of range or compared with itself.

    Examples
    --------
    >>> win_rates(3, [0, 0, 0], [1, 1, 1]).tolist()
    [0.8, 0.2, 0.5]
    """
    won, lost = _checked(items, winner, loser)
    wins = np.bincount(won, minlength=items)
    rates: FloatArray = (wins + 1) / (wins + np.bincount(lost, minlength=items) + 2)
    return rates


def bradley_terry(items: int, winner: ArrayLike, loser: ArrayLike) -> FloatArray:
    """Chance of each item against one of middling strength (Bradley and Terry 1952).

    Each item has a strength, and wins against another with the chance of its share of both
    strengths: beating a strong item counts for more. The strengths are the most likely ones, with
    the win and the loss added as above; they are found by iterated Luce spectral ranking (Maystre
    and Grossglauser 2015, `choix`).

    Parameters
    ----------
    items : int
        At most 2,000.
    winner, loser : array_like of int, shape (comparisons,)
        From 0 to `items` − 1.

    Returns
    -------
    ndarray, shape (items,)
        Between 0 and 1, in the order of the strengths; good to 9 digits.

    Raises
    ------
    ValueError
        The arrays differ in length, an item is out of range or compared with itself, or there are
        too many items.
    """
    import choix

    won, lost = _checked(items, winner, loser)
    if items > MOST_ITEMS:
        raise ValueError(f"at most {MOST_ITEMS} items")
    if not items:
        return np.zeros(0)
    wins = np.zeros((items + 1, items + 1))
    np.add.at(wins, (won, lost), 1)
    # The middling item is the last.
    wins[items, :items] = wins[:items, items] = 1
    strengths = choix.ilsr_pairwise_dense(wins, max_iter=MOST_ITERATIONS, tol=PRECISION)
    chances: FloatArray = 1 / (1 + np.exp(strengths[items] - strengths[:items]))
    return chances


def _checked(items: int, winner: ArrayLike, loser: ArrayLike) -> tuple[IntArray, IntArray]:
    won, lost = np.asarray(winner, dtype=np.int64), np.asarray(loser, dtype=np.int64)
    if won.shape != lost.shape or won.ndim != 1:
        raise ValueError("winner and loser must be of one length")
    both = np.concatenate([won, lost])
    if both.size and not (both.min() >= 0 and both.max() < items):
        raise ValueError("an item is out of range")
    if (won == lost).any():
        raise ValueError("an item is compared with itself")
    return won, lost
