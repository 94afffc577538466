"""Coarse figures of a staff poll: what is shown of a group, and of a whole that is nearly
unanimous.

Rounding is not what keeps a hidden group from being computed (`poll_disclosure` judges the tables
as if they were exact); it keeps a group's table from telling what each of its members answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from parvis.statistics.poll_disclosure import (
    DEFAULT_THRESHOLD,
    DISSENT,
    LEAST_THRESHOLD,
    exact_tables,
    together,
)

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

# Shares are rounded to this many points, numbers of people down to this many people.
SHARE_STEP: Final = 5
PEOPLE_STEP: Final = 5
# What `CoarseShares.end` says of a share.
AT_MOST, BETWEEN, AT_LEAST = -1, 0, 1


@dataclass(frozen=True, slots=True)
class CoarseShares:
    """Shares of the options of one or several tables.

    Attributes
    ----------
    percent : ndarray of int, shape (..., n_options)
        Multiple of `SHARE_STEP`. They need not add up to 100.
    end : ndarray of int, shape (..., n_options)
        `AT_LEAST` or `AT_MOST` if the share is only known to reach `percent` (itself included) or
        not to exceed it; `BETWEEN` if it is rounded to it.
    answers : ndarray of int, shape (...)
        Number of answers, rounded down to `PEOPLE_STEP`.
    """

    percent: IntArray
    end: IntArray
    answers: IntArray


def coarse_shares(counts: ArrayLike) -> CoarseShares:
    """Round the shares of tables so that unanimity does not show.

    From 20 answers on, shares of 90 % or more are one class, shares of 10 % or less another; from
    10 answers, 80 and 20 %; below, 60 and 40 %. A fixed 90 % would not do: with 10 answers only 9
    make 90 %, and the dissenter would read what all the others said. In each class of size, the
    last class holds at least the shares of n, n − 1 and n − 2 answers. Between, shares are rounded
    to 5 points, and kept apart from the ends.

    Parameters
    ----------
    counts : array_like of int, shape (..., n_options)
        At least 5 answers a table.

    Returns
    -------
    CoarseShares

    Raises
    ------
    ValueError
        Negative counts, no option, or a table of fewer than 5 answers: nothing is shown of it.

    Examples
    --------
    >>> found = coarse_shares([[9, 5, 6], [9, 1, 0]])
    >>> found.percent.tolist(), found.end.tolist(), found.answers.tolist()
    ([[45, 25, 30], [80, 20, 20]], [[0, 0, 0], [1, -1, -1]], [20, 10])
    """
    table = np.asarray(counts, dtype=np.int64)
    if table.ndim == 0 or table.shape[-1] == 0 or (table < 0).any():
        raise ValueError("counts must be zero or more, with at least one option")
    answers = table.sum(axis=-1, keepdims=True)
    if (answers < LEAST_THRESHOLD).any():
        raise ValueError(f"a table of fewer than {LEAST_THRESHOLD} answers is not shown at all")
    percent, end = _codes(table, answers)
    rounded = PEOPLE_STEP * (answers[..., 0] // PEOPLE_STEP)
    return CoarseShares(percent, end, rounded)


def end_percent(answers: ArrayLike) -> IntArray:
    """Share, in per cent, that the lowest class of `coarse_shares` does not exceed.

    It depends on the number of answers rounded down, so that it tells no more than that number.

    Parameters
    ----------
    answers : array_like of int

    Returns
    -------
    ndarray of int

    Examples
    --------
    >>> end_percent([7, 10, 19, 20, 300]).tolist()
    [40, 20, 20, 10, 10]
    """
    n = np.asarray(answers, dtype=np.int64)
    return np.select([n >= 20, n >= 10], [10, 20], 40).astype(np.int64)


def shown_participation(
    ballots: ArrayLike, eligible: ArrayLike, *, threshold: int = DEFAULT_THRESHOLD
) -> IntArray:
    """Round numbers of ballots so that they tell neither who took part nor that everybody did.

    Rounded down to multiples of 5; nothing below the threshold. Participation of everybody, or of
    all but one or two, would tell each one's: these count as everybody but three. (Of twelve people
    and a threshold of ten, nothing is ever shown.) The whole less the groups shown still bounds how
    many of a small group took part, within 5 people a table; no answer can be read from that.

    Parameters
    ----------
    ballots, eligible : array_like of int, same shape
        Of the organisation, or of each group.
    threshold : int
        At least `LEAST_THRESHOLD`.

    Returns
    -------
    ndarray of int, same shape
        0: nothing is shown.

    Raises
    ------
    ValueError
        Other shapes, negative ballots, more ballots than eligible people, or a threshold too low.

    Examples
    --------
    >>> shown_participation([9, 14, 57, 15], [12, 40, 60, 15]).tolist()
    [0, 10, 55, 10]
    """
    taken, people = np.asarray(ballots, dtype=np.int64), np.asarray(eligible, dtype=np.int64)
    if taken.shape != people.shape or ((taken < 0) | (taken > people)).any():
        raise ValueError("ballots must be from 0 to the eligible people, with the same shape")
    if threshold < LEAST_THRESHOLD:
        raise ValueError(f"the threshold must be at least {LEAST_THRESHOLD}, got {threshold}")
    told = np.minimum(taken, people - DISSENT)
    return np.where(told < threshold, 0, PEOPLE_STEP * (told // PEOPLE_STEP))


def exact_beside_groups(
    counts: ArrayLike, hidden: ArrayLike, *, cards: ArrayLike | None = None
) -> BoolArray:
    """Say which final tables of the whole are exact counts beside the coarse tables of groups.

    An exact whole may undo the coarse tables: of three dissenters in all, if a group visibly has
    three, everybody else agreed. So the whole is exact only if each group shown could have
    `DISSENT` dissenters, its own included, in another poll that would show the very same: other
    groups would lend it theirs against answers of its majority, as far as their coarse tables do
    not change; the groups hidden, as far as they have any. The last of the three leaves one to a
    reader who knows their own answer. Hiding the group that has the dissenters, tried first, told
    as much by which group was hidden.

    Parameters
    ----------
    counts : array_like of int, shape (n_columns, n_groups, n_options)
        As from `poll_tables.tabulate`.
    hidden : array_like of bool, shape (n_columns, n_groups)
        As from `poll_disclosure.hide_groups`.
    cards : array_like of int, shape (n_columns,), optional
        As in `poll_disclosure.plan_release`: the columns of a card are exact together.

    Returns
    -------
    ndarray of bool, shape (n_columns,)
        Never true where `poll_disclosure.exact_tables` is false.

    Raises
    ------
    ValueError
        Shapes that do not fit together, or a group shown with fewer than 5 answers.

    Examples
    --------
    >>> visible, spread = [[10, 3], [30, 0], [30, 0]], [[23, 3], [29, 1], [28, 2]]
    >>> exact_beside_groups([visible, spread], np.zeros((2, 3))).tolist()
    [False, True]
    """
    tables, away = np.asarray(counts, dtype=np.int64), np.asarray(hidden, dtype=np.bool_)
    if tables.ndim != 3 or away.shape != tables.shape[:2]:
        raise ValueError(f"hidden must have the shape of the groups, got {away.shape}")
    return together(exact_tables(tables.sum(axis=1)) & _could_all_dissent(tables, away), cards)


def _could_all_dissent(tables: IntArray, away: BoolArray) -> BoolArray:
    """Of each column, whether every group that is not `away` could have enough dissenters."""
    if tables.size == 0:
        return np.ones(len(tables), dtype=np.bool_)
    answers = tables.sum(axis=2, keepdims=True)
    told = ~away[..., np.newaxis]
    if (answers[told] < LEAST_THRESHOLD).any():
        raise ValueError(f"a group of fewer than {LEAST_THRESHOLD} answers is not shown")
    # Groups hidden lend nothing of their own; any number of answers does for the divisions below.
    shown, answers = np.where(told, tables, 0), np.where(told, answers, LEAST_THRESHOLD)
    # What each cell may lose or gain without changing what is shown; three are enough to know.
    spare, room = np.zeros_like(shown), np.zeros_like(shown)
    still_less = still_more = np.broadcast_to(told, shown.shape)
    codes = _codes(shown, answers)
    for step in range(1, DISSENT + 1):
        less, more = _codes(shown - step, answers), _codes(shown + step, answers)
        still_less = still_less & (shown >= step) & _same(codes, less)
        still_more = still_more & (shown + step <= answers) & _same(codes, more)
        spare, room = spare + still_less, room + still_more
    # By option: how many other answers the group may give away against answers of that option.
    lent = np.minimum(spare.sum(axis=2, keepdims=True) - spare, room)
    hidden_together = (tables * away[..., np.newaxis]).sum(axis=1)
    lent_by_hidden = hidden_together.sum(axis=1, keepdims=True) - hidden_together
    majority = shown.argmax(axis=2)
    by_others = np.take_along_axis(lent.sum(axis=1) + lent_by_hidden, majority, axis=1)
    by_others -= _of(lent, majority)
    dissent = answers[..., 0] - _of(shown, majority)
    return np.asarray(((dissent + by_others >= DISSENT) | away).all(axis=1))


def _of(tables: IntArray, options: IntArray) -> IntArray:
    """The cell of one option of each group; shape (n_columns, n_groups)."""
    return np.take_along_axis(tables, options[..., np.newaxis], axis=2)[..., 0]


def _same(codes: tuple[IntArray, IntArray], others: tuple[IntArray, IntArray]) -> BoolArray:
    return np.asarray((codes[0] == others[0]) & (codes[1] == others[1]), dtype=np.bool_)


def _codes(counts: IntArray, answers: IntArray) -> tuple[IntArray, IntArray]:
    """`CoarseShares.percent` and `end` of counts out of `answers`."""
    low = end_percent(answers)
    # Integers throughout: 18 of 20 is 90 % exactly, which a float might miss.
    end = np.where(100 * counts >= (100 - low) * answers, AT_LEAST, BETWEEN)
    end = np.where(100 * counts <= low * answers, AT_MOST, end)
    # Halves up: (2 × 100 c / 5 + n) // 2 n.
    nearest = SHARE_STEP * ((2 * (100 // SHARE_STEP) * counts + answers) // (2 * answers))
    inside = np.clip(nearest, low + SHARE_STEP, 100 - low - SHARE_STEP)
    percent = np.select([end == AT_LEAST, end == AT_MOST], [100 - low, low], inside)
    return percent.astype(np.int64), end.astype(np.int64)
