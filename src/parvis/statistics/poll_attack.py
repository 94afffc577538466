"""What a reader could work out from every table of a poll it was shown.

The auditor's side of `poll_disclosure`, by another method. There, tables are chosen by an argument
on groups and moments; here, nothing is supposed of the tables: the attacker knows exactly who is
counted in each and looks for any linear combination of them in which few people remain.

A table of one card is written as the answer each person has in it. A combination multiplies each
table by a number and adds: a person disappears from it if each of the answers it ever had gets a
coefficient of zero. What was replaced by another answer remains visible, as what was and what is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Coefficients are sums of a few zeros and ones: what is this small is a rounding of zero.
_ZERO = 1e-9
ABSENT = -1


def isolated_by_pairs(tables: ArrayLike, *, threshold: int) -> list[IntArray]:
    """Subtract every two tables, and look at every table alone.

    Parameters
    ----------
    tables : array_like of int, shape (n_tables, n_people)
        Answer of each person as counted in each table; `ABSENT` if it is not in it.
    threshold : int

    Returns
    -------
    list of ndarray of int
        Sets of 1 to `threshold` − 1 people that remain, each once.

    Raises
    ------
    ValueError
        Another number of dimensions.

    Examples
    --------
    >>> before, after = [0] * 12 + [-1, -1], [0] * 12 + [1, 1]
    >>> [people.tolist() for people in isolated_by_pairs([before, after], threshold=5)]
    [[12, 13]]
    """
    shown = _checked(tables)
    nothing = np.full((1, shown.shape[1]), ABSENT)
    candidates = np.vstack([nothing, shown])
    found: dict[bytes, IntArray] = {}
    for first in range(len(candidates)):
        for second in range(first):
            people = np.flatnonzero(candidates[first] != candidates[second])
            if 0 < people.size < threshold:
                found[people.tobytes()] = people
    return list(found.values())


def isolated_by_combinations(tables: ArrayLike, *, threshold: int) -> Iterator[IntArray]:
    """Search all linear combinations of tables.

    People counted alike are one class. The classes of a threshold of people must disappear: this
    leaves a linear space of combinations, most often {0}. In what is left, each smaller class
    either disappears too, which makes the space smaller, or remains and uses up some of the
    threshold; both are tried for each class in turn. The search is complete.

    Parameters
    ----------
    tables : array_like of int, shape (n_tables, n_people)
        As in `isolated_by_pairs`.
    threshold : int

    Yields
    ------
    ndarray of int
        Set of 1 to `threshold` − 1 people that a combination leaves. Nothing is yielded if there is
        no such combination; not every set there is, if there are.

    Raises
    ------
    ValueError
        Another number of dimensions.

    Examples
    --------
    >>> whole, first, second = [0] * 23, [0] * 11 + [-1] * 12, [-1] * 11 + [0] * 11 + [-1]
    >>> next(isolated_by_combinations([whole, first, second], threshold=5)).tolist()
    [22]
    """
    shown = _checked(tables)
    if shown.size == 0:
        return
    classes = _classes(shown)
    space = np.eye(len(shown))
    for alike in classes:
        if alike.people.size >= threshold:
            space = _silenced(space, alike.coefficients)
    small = [alike for alike in classes if alike.people.size < threshold]
    # The largest first: letting one remain soon uses up the threshold.
    small.sort(key=lambda alike: -alike.people.size)
    yield from _search(space, small, [], threshold - 1)


def unanimous_remainders(tables: ArrayLike, *, dissent: int) -> list[tuple[int, int]]:
    """Find the pairs of exact tables where one contains the people of the other and those it has
    besides all gave the same answer, but for fewer than `dissent` of them.

    Parameters
    ----------
    tables : array_like of int, shape (n_tables, n_people)
        As in `isolated_by_pairs`: only tables shown as exact counts, or those that could be.
    dissent : int
        Answers outside the most frequent one that make a set of people safe.

    Returns
    -------
    list of (int, int)
        Positions of the larger and of the smaller table; −1 for a table read alone.

    Raises
    ------
    ValueError
        Another number of dimensions.

    Examples
    --------
    >>> interim, final = [0, 0, 1, 1, 1, 0] + [-1] * 6, [0, 0, 1, 1, 1, 0] + [1] * 6
    >>> unanimous_remainders([interim, final], dissent=3)
    [(1, 0)]
    """
    shown = _checked(tables)
    present = np.vstack([shown != ABSENT, np.zeros((1, shown.shape[1]), dtype=np.bool_)])
    found = []
    for larger in range(len(shown)):
        for smaller in range(-1, len(shown)):
            besides = present[larger] & ~present[smaller]
            if not besides.any() or (present[smaller] & ~present[larger]).any():
                continue
            counts = np.bincount(shown[larger, besides])
            if counts.sum() - counts.max() < dissent:
                found.append((larger, smaller))
    return found


@dataclass(frozen=True, slots=True)
class _Class:
    """People counted alike: positions, and one row a distinct answer they had: the tables where it
    was."""

    people: IntArray
    coefficients: FloatArray


def _checked(tables: ArrayLike) -> IntArray:
    shown = np.asarray(tables, dtype=np.int64)
    if shown.ndim != 2:
        raise ValueError(f"tables must have two dimensions, got {shown.ndim}")
    return shown


def _classes(shown: IntArray) -> list[_Class]:
    # Which answer it was does not matter, only which tables agree on it: each is named after the
    # first table that has it.
    names = np.full(shown.shape, ABSENT)
    for table in range(len(shown) - 1, -1, -1):
        same = (shown == shown[table]) & (shown != ABSENT)
        names[same] = table
    patterns, member = np.unique(names, axis=1, return_inverse=True)
    found = []
    for position in range(patterns.shape[1]):
        pattern = patterns[:, position]
        answers = np.unique(pattern[pattern != ABSENT])
        if answers.size:
            rows = (pattern == answers[:, np.newaxis]).astype(np.float64)
            found.append(_Class(np.flatnonzero(member.ravel() == position), rows))
    return found


def _silenced(space: FloatArray, coefficients: FloatArray) -> FloatArray:
    """Part of a space of combinations (orthonormal columns) in which a class disappears."""
    _, sizes, directions = np.linalg.svd(coefficients @ space)
    rank = int((sizes > _ZERO).sum())
    part: FloatArray = space @ directions[rank:].T
    return part


def _remains(space: FloatArray, alike: _Class) -> bool:
    return bool(np.abs(alike.coefficients @ space).max(initial=0.0) > _ZERO)


def _search(
    space: FloatArray, undecided: list[_Class], remaining: list[_Class], budget: int
) -> Iterator[IntArray]:
    audible = [alike for alike in undecided if _remains(space, alike)]
    if not audible:
        people = [alike.people for alike in remaining if _remains(space, alike)]
        if people:
            yield np.sort(np.concatenate(people))
        return
    first, *others = audible
    if first.people.size <= budget:
        yield from _search(space, others, [*remaining, first], budget - first.people.size)
    yield from _search(_silenced(space, first.coefficients), others, remaining, budget)
