"""What a participant may be shown of the other participants' values.

Minimum counts, dominance, and secondary suppression: which of several overlapping groups may have
their means shown together without one being subtracted from another. `attack` audits the outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Confidentiality thresholds of an edition.

    Attributes
    ----------
    others_for_mean, others_for_quartiles, others_for_extremes : int
        Least number of organisations other than the reader for a mean, for quartiles, and for an
        exact minimum, maximum or named rank.
    largest_share : float
        Share (0–1) of a weighted total that no contributor may exceed.
    protected_width : float
        Points: what is shown leaves each other value an interval at least this wide.
    """

    others_for_mean: int = 5
    others_for_quartiles: int = 10
    others_for_extremes: int = 10
    largest_share: float = 0.85
    protected_width: float = 10.0

    def __post_init__(self) -> None:
        if not 2 <= self.others_for_mean <= self.others_for_quartiles:
            # One other organisation behind a mean is that organisation's value.
            raise ValueError("2 <= others_for_mean <= others_for_quartiles is needed")
        if self.others_for_extremes < self.others_for_mean:
            raise ValueError("others_for_extremes must be at least others_for_mean")
        if not 0.0 < self.largest_share <= 1.0:
            raise ValueError("largest_share must be above 0, at most 1")
        if not 0.0 <= self.protected_width < 50.0:
            raise ValueError("protected_width must be from 0 to 50 points")


@dataclass(frozen=True, slots=True)
class Permitted:
    """Statistics of a group that may be shown to a reader."""

    mean: bool
    quartiles: bool
    extremes: bool


DEFAULT_THRESHOLDS: Final = Thresholds()

# Steps to which a mean may be rounded, in points, the finest first.
_MEAN_STEPS: Final = (0.1, 1.0, 2.0, 5.0, 10.0)


def permitted_statistics(others: int, thresholds: Thresholds = DEFAULT_THRESHOLDS) -> Permitted:
    """Say what a number of other organisations allows to be shown.

    Parameters
    ----------
    others : int
        Organisations of the group that have a value, the reader left out.
    thresholds : Thresholds

    Returns
    -------
    Permitted

    Raises
    ------
    ValueError
        `others` is negative.

    Examples
    --------
    >>> permitted_statistics(7)
    Permitted(mean=True, quartiles=False, extremes=False)
    """
    if others < 0:
        raise ValueError(f"others must be zero or more, got {others}")
    return Permitted(
        mean=others >= thresholds.others_for_mean,
        quartiles=others >= thresholds.others_for_quartiles,
        extremes=others >= thresholds.others_for_extremes,
    )


def is_dominated(contributions: ArrayLike, thresholds: Thresholds = DEFAULT_THRESHOLDS) -> bool:
    """Say whether one contributor makes up too much of a weighted total.

    Parameters
    ----------
    contributions : array_like of float, shape (n,)
        Weight × value of each organisation, zero or more; NaN is left out.
    thresholds : Thresholds

    Returns
    -------
    bool
        True if the largest contribution exceeds `largest_share` of the total. A total of zero is
        not dominated: there is nobody to recognise in it.

    Raises
    ------
    ValueError
        A contribution is negative or infinite.

    References
    ----------
    INSEE, "Guide du secret statistique": rule of 85 %.

    Examples
    --------
    >>> is_dominated([90.0, 5.0, 5.0]), is_dominated([40.0, 30.0, 30.0])
    (True, False)
    """
    array = np.asarray(contributions, dtype=np.float64)
    array = array[~np.isnan(array)]
    if not (np.isfinite(array) & (array >= 0)).all():
        raise ValueError("contributions must be finite, zero or more")
    return bool(array.max(initial=0.0) > thresholds.largest_share * array.sum())


def mean_step(members: int, thresholds: Thresholds = DEFAULT_THRESHOLDS) -> float:
    """Say to what step, in points, a mean of participants is rounded before it is shown.

    Rounding is part of the protection. A reader may combine means of *different* measures whose
    members differ by one organisation: overall scores, stages and channels when that organisation
    lacks a channel, the edition and its waves when it missed one. What isolates it carries the
    rounding of each sum, so the sum behind a mean is known to no better than `protected_width`
    points: members × step is at least that (results/tests/test_attacks.py attacks the outcome).

    Parameters
    ----------
    members : int
        Organisations that enter the mean, the reader included.
    thresholds : Thresholds

    Returns
    -------
    float
        0.1 from 100 members on, 1 from 10, 2 below, with the default width of 10 points.

    Examples
    --------
    >>> mean_step(6), mean_step(12), mean_step(321)
    (2.0, 1.0, 0.1)
    """
    # A hair below, because 100 × 0.1 need not be exactly 10.
    enough = (step for step in _MEAN_STEPS if members * step >= thresholds.protected_width - 1e-9)
    return next(enough, _MEAN_STEPS[-1])


def shown_mean(mean: float, members: int, thresholds: Thresholds = DEFAULT_THRESHOLDS) -> float:
    """Round a mean to its step (`mean_step`).

    Parameters
    ----------
    mean : float
        0–100.
    members : int
        Organisations that enter the mean, the reader included.
    thresholds : Thresholds

    Returns
    -------
    float

    Examples
    --------
    >>> shown_mean(67.2, 6), shown_mean(67.24, 321)
    (68.0, 67.2)
    """
    step = mean_step(members, thresholds)
    return round(round(mean / step) * step, 1)


def choose_groups(
    values: ArrayLike,
    groups: ArrayLike,
    readers: ArrayLike,
    *,
    already_shown: ArrayLike | None = None,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> BoolArray:
    """Choose which groups may have the mean of one measure shown together.

    The shown groups cut the organisations into *atoms*: sets of organisations that belong to
    exactly the same shown groups. A group is shown if every atom then keeps at least
    `others_for_mean` organisations beside any reader. Why this is enough: each shown mean is a sum
    over whole atoms, so it stays the same when the organisations of an atom exchange their values;
    whatever a reader computes fits at least that many organisations equally well. Comparing groups
    two by two would not be enough: three overlapping groups can isolate an organisation that no two
    of them do.

    Counts do not hide a unanimous atom: a mean of 99.5 over five others says that each has at least
    97.5. So a group is also refused when the others of an atom have a total within
    `protected_width` points of its least or greatest possible value. With m others of total T, one
    value lies between max(0, T − 100 (m − 1)) and min(100, T): the rule makes that at least
    `protected_width` wide, and a refusal for this reason tells no more than that either.

    Groups are taken in the order given, each shown if it can be beside those before it: put the
    most useful first. The same input gives the same choice.

    Parameters
    ----------
    values : array_like of float, shape (n_organisations,)
        0–100; NaN where the organisation has no value for the measure: it is not a member.
    groups : array_like of bool, shape (n_groups, n_organisations)
        Candidates, for example all participants, the wider group, the stratum.
    readers : array_like of bool, shape (n_organisations,)
        Organisations that will read this same choice: one, or a whole stratum. Each knows its own
        value and no other.
    already_shown : array_like of bool, shape (n_shown, n_organisations), optional
        Groups whose mean of these same values was shown before to these readers. If they leave too
        small an atom, no further group is shown.
    thresholds : Thresholds

    Returns
    -------
    ndarray of bool, shape (n_groups,)

    Raises
    ------
    ValueError
        Shapes that do not fit together, or values outside [0, 100].

    Examples
    --------
    >>> values = np.linspace(40.0, 80.0, 12)
    >>> everybody, all_but_two = np.arange(12) < 12, np.arange(12) < 10
    >>> choose_groups(values, [everybody, all_but_two], np.arange(12) == 0).tolist()
    [True, False]
    """
    scores = np.asarray(values, dtype=np.float64)
    reading = np.asarray(readers, dtype=np.bool_)
    candidates = _memberships(groups, scores)
    past = _memberships(
        np.zeros((0, scores.size)) if already_shown is None else already_shown, scores
    )
    if reading.shape != scores.shape:
        raise ValueError(f"readers must have shape {scores.shape}, got {reading.shape}")
    if ((scores < 0) | (scores > 100)).any():
        raise ValueError("values must be from 0 to 100, or NaN")

    # Atoms are numbered from 1; 0 is what no shown group contains, about which nothing is told.
    atoms = np.zeros(scores.size, dtype=np.int64)
    for members in past:
        atoms = _split(atoms, members)
    shown = np.zeros(len(candidates), dtype=np.bool_)
    for position, members in enumerate(candidates):
        finer = _split(atoms, members)
        if members.any() and _atoms_are_safe(finer, scores, reading, thresholds):
            atoms = finer
            shown[position] = True
    return shown


def may_draw_values(
    values: ArrayLike, shown: ArrayLike, *, thresholds: Thresholds = DEFAULT_THRESHOLDS
) -> bool:
    """Say whether all the values may be drawn, unnamed, beside the means of the groups shown.

    The groups shown cut the organisations into atoms (see `choose_groups`). Those of an atom may
    exchange their values without changing any mean, quartile or dot: whatever a reader computes,
    another organisation of an atom may have any of the values of that atom but the reader's own. So
    each atom needs `others_for_mean` others, and values that extend over `protected_width` points
    without its highest or without its lowest, since the reader may be either. All the values
    together would not be enough: where one stratum lies around 40 and another around 80, their
    means tell which cloud of dots is whose.

    Parameters
    ----------
    values : array_like of float, shape (n_organisations,)
        0–100; NaN where the organisation has no value: it is not drawn.
    shown : array_like of bool, shape (n_groups, n_organisations)
        Groups whose mean of these values is shown.
    thresholds : Thresholds

    Returns
    -------
    bool
        False without any value.

    Raises
    ------
    ValueError
        Shapes that do not fit together.

    Examples
    --------
    >>> values = [36.0, 37, 38, 39, 40, 41, 42, 76, 77, 78, 79, 80, 81, 82]
    >>> everybody, first_half = np.arange(14) < 14, np.arange(14) < 7
    >>> may_draw_values(values, [everybody]), may_draw_values(values, [everybody, first_half])
    (True, False)
    """
    scores = np.asarray(values, dtype=np.float64)
    atoms = np.zeros(scores.size, dtype=np.int64)
    for members in _memberships(shown, scores):
        atoms = _split(atoms, members)
    present = ~np.isnan(scores)
    for atom in np.unique(atoms[present]):
        inside = np.sort(scores[(atoms == atom) & present])
        if inside.size - 1 < max(thresholds.others_for_mean, 2):
            return False
        extent = min(inside[-2] - inside[0], inside[-1] - inside[1])
        if extent < thresholds.protected_width:
            return False
    return bool(present.any())


def _memberships(groups: ArrayLike, scores: FloatArray) -> BoolArray:
    array = np.asarray(groups, dtype=np.bool_)
    if scores.ndim != 1 or array.ndim != 2 or array.shape[1] != scores.size:
        raise ValueError(
            f"groups must have shape (n_groups, {scores.size}) for values of shape (n,), "
            f"got {array.shape}"
        )
    members: BoolArray = array & ~np.isnan(scores)
    return members


def _split(atoms: IntArray, members: BoolArray) -> IntArray:
    """Cut each atom in two, inside and outside a group; renumber from 0, kept for "outside all"."""
    keys = np.append(2 * atoms + members, 0)
    finer: IntArray = np.unique(keys, return_inverse=True)[1].astype(np.int64)
    return finer[:-1]


def _atoms_are_safe(
    atoms: IntArray, scores: FloatArray, reading: BoolArray, thresholds: Thresholds
) -> bool:
    for atom in range(1, int(atoms.max(initial=0)) + 1):
        inside = atoms == atom
        total = float(scores[inside].sum())
        own_values = scores[inside & reading]
        others = int(inside.sum()) - (own_values.size > 0)
        if others < thresholds.others_for_mean:
            return False
        # Each reader takes its own value off the total: the two extreme readers learn the most.
        known = (own_values.min(), own_values.max()) if own_values.size else (0.0,)
        for own_value in known:
            rest = total - float(own_value)
            if (
                not thresholds.protected_width
                <= rest
                <= 100.0 * others - thresholds.protected_width
            ):
                return False
    return True
