"""Which cells of published counts are hidden, so that no subtraction gives them back.

A table of counts has one row a place, one column an answer; each row's total is published beside
its cells, and the total of all rows may be known from elsewhere. `attack` can audit the outcome.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is not published.

    Attributes
    ----------
    cells : ndarray of bool, shape (n_rows, n_columns)
        A row whose total is hidden has all its cells hidden.
    totals : ndarray of bool, shape (n_rows,)
    """

    cells: BoolArray
    totals: BoolArray


def hide_small_cells(
    counts: ArrayLike,
    *,
    threshold: int,
    withheld: ArrayLike | None = None,
    withheld_threshold: int | None = None,
) -> Hidden:
    """Choose the cells to hide in a table whose rows add up to published totals.

    Cells and totals from 1 to `threshold` − 1 are hidden, and the rows `withheld`. A single hidden
    number would be the difference between a total and what is published: others are hidden with it,
    the smallest first, until what is hidden under one total counts at least two numbers and
    `threshold` answers in all. Whatever is subtracted, each hidden number then lies in an interval
    of at least `threshold` answers. Zeros are published: nobody is in them.

    Parameters
    ----------
    counts : array_like of int, shape (n_rows, n_columns)
        Zero or more.
    threshold : int
        Least count published, 2 or more.
    withheld : array_like of bool, shape (n_rows,), optional
        Rows that must not be published whatever they count.
    withheld_threshold : int, optional
        Answers that the hidden rows must reach together when one of them is withheld; `threshold`
        if not given.

    Returns
    -------
    Hidden

    Raises
    ------
    ValueError
        Shapes that do not fit together, a negative count, or a threshold below 2.

    Examples
    --------
    >>> hide_small_cells([[40, 3, 12, 0]], threshold=5).cells.tolist()
    [[False, True, True, False]]
    """
    table = np.asarray(counts, dtype=np.int64)
    if table.ndim != 2:
        raise ValueError(f"counts must have two dimensions, got {table.ndim}")
    if threshold < 2:
        raise ValueError("a threshold below 2 hides nothing")
    if (table < 0).any():
        raise ValueError("counts must be zero or more")
    apart = np.zeros(len(table), dtype=np.bool_)
    if withheld is not None:
        apart = np.asarray(withheld, dtype=np.bool_)
    if apart.shape != (len(table),):
        raise ValueError(f"withheld must have shape ({len(table)},), got {apart.shape}")

    sums = table.sum(axis=1, dtype=np.int64)
    least = threshold
    if (apart & (sums > 0)).any():
        least = max(threshold, withheld_threshold or threshold)
    totals = _completed(sums, (apart & (sums > 0)) | _small(sums, threshold), least) | apart
    cells = np.zeros(table.shape, dtype=np.bool_)
    for number, row in enumerate(table):
        if totals[number]:
            cells[number] = True
        else:
            cells[number] = _completed(row, _small(row, threshold), threshold)
    return Hidden(cells, totals)


def hide_small_shares(counts: ArrayLike, total: int, *, threshold: int) -> BoolArray:
    """Choose the options to hide when each of `total` people may tick several.

    An option tells two counts: those who ticked it and, by subtraction, those who did not. It is
    hidden when either is from 1 to `threshold` − 1. The options do not add up to anything: none
    protects another.

    Parameters
    ----------
    counts : array_like of int, shape (n_options,)
        From 0 to `total`.
    total : int
    threshold : int

    Returns
    -------
    ndarray of bool, shape (n_options,)

    Examples
    --------
    >>> hide_small_shares([0, 3, 20, 39, 40], 40, threshold=5).tolist()
    [False, True, False, True, False]
    """
    ticked = np.asarray(counts, dtype=np.int64)
    if ((ticked < 0) | (ticked > total)).any():
        raise ValueError("an option counts from 0 to the total")
    hidden: BoolArray = _small(ticked, threshold) | _small(total - ticked, threshold)
    return hidden


def _small(values: NDArray[np.int64], threshold: int) -> BoolArray:
    small: BoolArray = (values > 0) & (values < threshold)
    return small


def _completed(values: NDArray[np.int64], hidden: BoolArray, least: int) -> BoolArray:
    """Hide more of `values` until the hidden ones are two at least and reach `least` together."""
    chosen: BoolArray = hidden.copy()
    if not chosen.any():
        return chosen
    # The smallest first: it costs the reader the least. Ties go to the first, always the same.
    for position in np.argsort(values, kind="stable"):
        if chosen.sum() >= 2 and values[chosen].sum() >= least:
            break
        if values[position] > 0:
            chosen[position] = True
    return chosen
