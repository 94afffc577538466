"""Counts of a staff poll: how many answered what, by card and by group.

What of these counts may be shown, and when, is decided by `poll_disclosure`; what they mean, with
its uncertainty, by `poll_scores`.

A ballot holds one answer a *column*. A card where one option is chosen is one column. A card where
several boxes may be ticked is one column of yes or no for each box; a ranking is one column an
item, whose answer is the rank given. Columns of one card bear the same card number.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

IntArray = NDArray[np.int64]

# A card that the ballot leaves without answer.
NO_ANSWER = -1


def tabulate(
    answers: ArrayLike, groups: ArrayLike, *, options: ArrayLike, n_groups: int
) -> IntArray:
    """Count the answers of each column by group and option.

    Parameters
    ----------
    answers : array_like of int, shape (n_ballots, n_columns)
        Position of the option chosen, from 0; `NO_ANSWER` where there is none.
    groups : array_like of int, shape (n_ballots,)
        Group of each ballot, from 0.
    options : array_like of int, shape (n_columns,)
        Number of options of each column.
    n_groups : int

    Returns
    -------
    ndarray of int, shape (n_columns, n_groups, largest number of options)
        Zero beyond the options of a column. Its sum over groups is the table of the whole
        organisation.

    Raises
    ------
    ValueError
        Shapes that do not fit together, a group or an option that does not exist.

    Examples
    --------
    >>> tabulate([[0, 1], [0, -1], [2, 0]], [0, 1, 1], options=[3, 2], n_groups=2).tolist()
    [[[1, 0, 0], [1, 0, 1]], [[0, 1, 0], [1, 0, 0]]]
    """
    table, sizes = checked_answers(answers, options)
    bearing = checked_groups(groups, len(table), n_groups)
    widest = int(sizes.max(initial=0))
    cells = n_groups * widest
    counts = np.zeros((sizes.size, cells), dtype=np.int64)
    # A column at a time: indices of all the answers at once would take more memory than time.
    for column in range(sizes.size):
        given = table[:, column]
        kept = given >= 0
        counts[column] = np.bincount(bearing[kept] * widest + given[kept], minlength=cells)
    return counts.reshape(sizes.size, n_groups, widest)


def checked_answers(answers: ArrayLike, options: ArrayLike) -> tuple[IntArray, IntArray]:
    """Answers and numbers of options as integer arrays.

    Raises
    ------
    ValueError
        Shapes that do not fit together, or an option that does not exist.
    """
    table = np.asarray(answers, dtype=np.int64)
    sizes = np.asarray(options, dtype=np.int64)
    if sizes.ndim != 1 or table.ndim != 2 or table.shape[1] != sizes.size:
        raise ValueError(f"answers must have shape (n_ballots, {sizes.size}), got {table.shape}")
    if (sizes < 1).any():
        raise ValueError("each column needs at least one option")
    if ((table < NO_ANSWER) | (table >= sizes)).any():
        raise ValueError("an answer is a position among the options of its column, or NO_ANSWER")
    return table, sizes


def checked_groups(groups: ArrayLike, n_ballots: int, n_groups: int) -> IntArray:
    """Groups as an integer array.

    Raises
    ------
    ValueError
        Another shape than (n_ballots,), or a group that does not exist.
    """
    bearing = np.asarray(groups, dtype=np.int64)
    if bearing.shape != (n_ballots,):
        raise ValueError(f"groups must have shape ({n_ballots},), got {bearing.shape}")
    if ((bearing < 0) | (bearing >= n_groups)).any():
        raise ValueError(f"groups must be from 0 to {n_groups - 1}")
    return bearing
