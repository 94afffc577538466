"""From criteria to contacts, and from contacts to organisations: weighted means, "not applicable"
left out.

Everything is in long format: one row per answer or per contact, with integer positions saying where
it belongs. Sums are made in the order of the rows, so the same rows in the same order give the same
bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class WeightedMeans:
    """Weighted means and the share of the weight they rest on.

    Attributes
    ----------
    score_percent : ndarray of float
        0–100; NaN where nothing could be assessed.
    coverage : ndarray of float, same shape
        Share (0–1) of the weight that could be assessed; NaN where no criterion applies at all.
    """

    score_percent: FloatArray
    coverage: FloatArray


@dataclass(frozen=True, slots=True)
class Means:
    """Plain means and how many values they rest on.

    Attributes
    ----------
    mean : ndarray of float
        NaN where there is no value.
    count : ndarray of int, same shape
    """

    mean: FloatArray
    count: IntArray


def contact_scores(
    contact: ArrayLike, weight: ArrayLike, score_percent: ArrayLike, *, contacts: int
) -> WeightedMeans:
    """Score each contact: weighted mean of its criteria, those not applicable left out.

    Parameters
    ----------
    contact : array_like of int, shape (n_answers,)
        Position of the contact each answer belongs to, 0..contacts − 1.
    weight : array_like of float, shape (n_answers,)
        Weight of the criterion, zero or more.
    score_percent : array_like of float, shape (n_answers,)
        0–100; NaN for "not applicable".
    contacts : int
        Number of contacts.

    Returns
    -------
    WeightedMeans
        Arrays of shape (contacts,).

    Raises
    ------
    ValueError
        A position, weight or score out of its range, or lengths that differ.

    Examples
    --------
    >>> means = contact_scores([0, 0, 0], [2, 1, 1], [100.0, 0.0, float("nan")], contacts=1)
    >>> means.score_percent.round(2).tolist(), means.coverage.tolist()
    ([66.67], [0.75])
    """
    index = _positions(contact, contacts, "contact")
    weights = np.asarray(weight, dtype=np.float64)
    scores = _percentages(score_percent)
    if not index.shape == weights.shape == scores.shape:
        raise ValueError("contact, weight and score_percent must have the same length")
    if not (np.isfinite(weights) & (weights >= 0)).all():
        raise ValueError("a weight is a finite number, zero or more")

    assessed = np.where(np.isnan(scores), 0.0, weights)
    total = np.bincount(index, weights=weights, minlength=contacts)
    assessed_total = np.bincount(index, weights=assessed, minlength=contacts)
    points = np.bincount(
        index, weights=assessed * np.where(np.isnan(scores), 0.0, scores), minlength=contacts
    )
    means = _divide(points, assessed_total)
    # The rounding of the two sums may carry a contact of perfect answers a hair above 100.
    return WeightedMeans(
        score_percent=np.clip(means, 0.0, 100.0), coverage=_divide(assessed_total, total)
    )


def contact_part_scores(
    contact: ArrayLike,
    part: ArrayLike,
    weight: ArrayLike,
    score_percent: ArrayLike,
    *,
    contacts: int,
    parts: int,
) -> WeightedMeans:
    """Score each part of each contact: a stage of the journey or a determinant.

    Parameters
    ----------
    contact, weight, score_percent
        As in `contact_scores`.
    part : array_like of int, shape (n_answers,)
        Position of the stage or determinant of the criterion, 0..parts − 1.
    contacts, parts : int

    Returns
    -------
    WeightedMeans
        Arrays of shape (contacts, parts); NaN where the contact has no criterion of the part.

    Raises
    ------
    ValueError
        As in `contact_scores`, or a part out of range.

    Examples
    --------
    >>> contact_part_scores([0, 0], [0, 1], [1, 1], [100, 40], contacts=1, parts=2).score_percent
    array([[100.,  40.]])
    """
    rows = _positions(contact, contacts, "contact")
    columns = _positions(part, parts, "part")
    if rows.shape != columns.shape:
        raise ValueError("contact and part must have the same length")
    flat = contact_scores(rows * parts + columns, weight, score_percent, contacts=contacts * parts)
    return WeightedMeans(
        score_percent=flat.score_percent.reshape(contacts, parts),
        coverage=flat.coverage.reshape(contacts, parts),
    )


def cell_means(
    values: ArrayLike, row: ArrayLike, column: ArrayLike, *, shape: tuple[int, int]
) -> Means:
    """Mean of the values falling in each cell, for example organisation × channel.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        NaN is left out.
    row, column : array_like of int, shape (n,)
        Position of the organisation, and of the channel (or channel × stage, or criterion).
    shape : (int, int)
        Number of rows and of columns.

    Returns
    -------
    Means
        Arrays of that shape.

    Raises
    ------
    ValueError
        A position out of range, or lengths that differ.

    Examples
    --------
    >>> cell_means([60.0, 80.0, 50.0], [0, 0, 1], [0, 0, 0], shape=(2, 1)).mean.tolist()
    [[70.0], [50.0]]
    """
    array = np.asarray(values, dtype=np.float64)
    rows, columns = _positions(row, shape[0], "row"), _positions(column, shape[1], "column")
    if not array.shape == rows.shape == columns.shape:
        raise ValueError("values, row and column must have the same length")
    present = ~np.isnan(array)
    cells = (rows * shape[1] + columns)[present]
    size = shape[0] * shape[1]
    count = np.bincount(cells, minlength=size)
    total = np.bincount(cells, weights=array[present], minlength=size)
    return Means(mean=_divide(total, count).reshape(shape), count=count.reshape(shape))


def group_means(values: ArrayLike, group: ArrayLike, *, groups: int) -> Means:
    """Mean over the organisations of each group; each organisation counts once, whatever its
    contacts.

    Parameters
    ----------
    values : array_like of float, shape (n_organisations, n_columns)
        NaN where the organisation has no value: it is not a member of that cell.
    group : array_like of int, shape (n_organisations,)
        Position of the organisation's group.
    groups : int

    Returns
    -------
    Means
        Arrays of shape (groups, n_columns). What may be shown of them is `disclosure`'s business.

    Raises
    ------
    ValueError
        Shapes that do not fit together, or a position out of range.

    Examples
    --------
    >>> group_means([[60.0], [80.0], [float("nan")]], [0, 0, 0], groups=1).count.tolist()
    [[2]]
    """
    array = np.asarray(values, dtype=np.float64)
    index = _positions(group, groups, "group")
    if array.ndim != 2 or array.shape[0] != index.size:
        raise ValueError("values must have one row per organisation")
    columns = array.shape[1]
    return cell_means(
        array.ravel(),
        np.repeat(index, columns),
        np.tile(np.arange(columns), index.size),
        shape=(groups, columns),
    )


def _positions(values: ArrayLike, size: int, name: str) -> IntArray:
    array = np.asarray(values)
    if array.size == 0:
        return np.zeros(0, dtype=np.int64)
    if array.ndim != 1 or not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"{name} must be a one-dimensional array of integers")
    if array.min() < 0 or array.max() >= size:
        raise ValueError(f"{name} must be from 0 to {size - 1}")
    return array.astype(np.int64)


def _percentages(values: ArrayLike) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    if ((array < 0) | (array > 100)).any():
        raise ValueError("a score is from 0 to 100, or NaN for not applicable")
    return array


def _divide(numerator: ArrayLike, denominator: ArrayLike) -> FloatArray:
    """Quotient, NaN where the denominator is zero."""
    dividend = np.asarray(numerator, dtype=np.float64)
    divisor = np.asarray(denominator, dtype=np.float64)
    quotient = np.full(dividend.shape, np.nan)
    np.divide(dividend, divisor, out=quotient, where=divisor > 0)
    return quotient
