"""What the tables of a staff poll say, with their uncertainty: scores, shares, rankings, guesses.

Every function takes tables as they are shown, coarse ones included, and nothing else: its figures
add nothing to what a reader could compute (`poll_disclosure`).

The people asked are few and most of them answer, so the sample is a large part of the whole: when
everybody has answered nothing is uncertain. Intervals take this into account with the effective
number of answers n (N − 1) / (N − n), N being the eligible people: the variance is that of drawing
without replacement (Cochran 1977, § 2.6), put into the interval of Wilson or of `bounded_means` as
Burstein (1975) does for shares. Unless everybody answered, limits are then moved apart by half a
person (50 / N points): the truth goes by whole people, and without this two dissenters among 120
people of whom 110 answered were covered in 84 % of cases. Those who answer are taken as drawn at
random among those asked; no interval says what the others think.

References
----------
Cochran, W. G. (1977), "Sampling Techniques", 3rd ed., Wiley.
Burstein, H. (1975), "Finite population correction for binomial confidence limits", Journal of the
American Statistical Association 70, 67–69.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from parvis.statistics.bounded_means import bounded_means
from parvis.statistics.intervals import wilson_interval
from parvis.statistics.poll_coarse import AT_LEAST, AT_MOST, SHARE_STEP, CoarseShares, end_percent

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Estimates:
    """Estimates with their limits, all of the same shape; NaN without answer.

    Attributes
    ----------
    estimate, lower, upper : ndarray of float
        On the scale that the function says.
    """

    estimate: FloatArray
    lower: FloatArray
    upper: FloatArray


def even_places(options: ArrayLike, *, n_options: int | None = None) -> FloatArray:
    """Place ordered options evenly on 0–100, the first at 0 and the last at 100.

    Parameters
    ----------
    options : array_like of int, shape (n_columns,)
        Number of options of each column, 2 or more.
    n_options : int, optional
        Width of the result; the largest number by default.

    Returns
    -------
    ndarray of float, shape (n_columns, n_options)
        NaN beyond the options of a column. An option that is not on the scale ("I do not know") is
        to be set to NaN, the others being placed among themselves.

    Raises
    ------
    ValueError
        Fewer than two options, or more than `n_options`.

    Examples
    --------
    >>> even_places([3, 2]).tolist()
    [[0.0, 50.0, 100.0], [0.0, 100.0, nan]]
    """
    sizes = np.asarray(options, dtype=np.int64)
    width = int(sizes.max(initial=2)) if n_options is None else n_options
    if (sizes < 2).any() or (sizes > width).any():
        raise ValueError(f"a scale has from 2 to {width} options")
    steps = np.arange(width)
    places: FloatArray = np.where(
        steps < sizes[:, np.newaxis], 100.0 * steps / (sizes[:, np.newaxis] - 1), np.nan
    )
    return places


def scores(
    counts: ArrayLike, places: ArrayLike, eligible: ArrayLike, *, confidence: float = 0.95
) -> Estimates:
    """Mean of answers placed on 0–100, with its interval among `eligible` people.

    Answers off the scale count as answers of the people asked, not in the mean: if half the people
    answered, half of those who would place themselves on the scale are supposed to have.

    Parameters
    ----------
    counts : array_like of float, shape (..., n_options)
        Zero or more.
    places : array_like of float, broadcast to the shape of counts
        0–100; NaN for an option off the scale.
    eligible : array_like of float, broadcast to the shape of the tables
        People asked, at least as many as answers.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimates
        0–100.

    Raises
    ------
    ValueError
        Negative counts, more answers than eligible people, confidence outside (0, 1).

    Examples
    --------
    >>> found = scores([10, 20, 30], even_places([3])[0], [60, 80, 6000])
    >>> found.estimate.round(1).tolist(), (found.upper - found.lower).round(0).tolist()
    ([66.7, 66.7, 66.7], [0.0, 11.0, 19.0])
    """
    table, people = _checked_counts(counts, eligible)
    where = np.broadcast_to(np.asarray(places, dtype=np.float64), table.shape)
    on_scale = np.where(np.isnan(where), 0.0, table)
    position = np.nan_to_num(where)
    answers = on_scale.sum(axis=-1)
    given = table.sum(axis=-1)
    more = _effective_factor(given, people)
    some = np.where(np.isinf(more), 1.0, more)
    answers, total, square, given, more, some = np.broadcast_arrays(
        answers,
        (on_scale * position).sum(axis=-1),
        (on_scale * position**2).sum(axis=-1),
        given,
        more,
        some,
    )
    found = bounded_means(answers * some, total * some, square * some, confidence=confidence)
    return _among_people(
        found.estimate_percent, found.lower_percent, found.upper_percent, people, np.isinf(more)
    )


def shares(counts: ArrayLike, eligible: ArrayLike, *, confidence: float = 0.95) -> Estimates:
    """Share of each option, with Wilson's interval among `eligible` people.

    Parameters
    ----------
    counts, eligible, confidence
        As in `scores`.

    Returns
    -------
    Estimates
        0–100, shape of counts.

    Raises
    ------
    ValueError
        As in `scores`.

    Examples
    --------
    >>> found = shares([8, 1], 9), shares([8, 1], 1_000_000)
    >>> [(float(f.lower[0].round()), float(f.upper[0].round())) for f in found]
    [(89.0, 89.0), (57.0, 98.0)]
    """
    table, people = _checked_counts(counts, eligible)
    answers = table.sum(axis=-1)
    more = _effective_factor(answers, people)[..., np.newaxis]
    known = np.isinf(more)
    some = np.where(known, 1.0, more)
    table, total, known, some = np.broadcast_arrays(table, answers[..., np.newaxis], known, some)
    lower, upper = wilson_interval(table * some, total * some, confidence=confidence)
    estimate = np.divide(table, total, out=np.full(table.shape, np.nan), where=total > 0)
    return _among_people(
        100.0 * estimate, 100.0 * lower, 100.0 * upper, people[..., np.newaxis], known
    )


def coarse_scores(
    shown: CoarseShares, places: ArrayLike, eligible: ArrayLike, *, confidence: float = 0.95
) -> Estimates:
    """Mean of answers placed on 0–100 from shares shown coarse.

    The interval is that of the least and of the greatest mean that such shares allow. The estimate
    is the middle of those two means, which is what a reader could do best.

    Parameters
    ----------
    shown : CoarseShares
        Its options all on the scale.
    places : array_like of float, broadcast to the shape of the shares
        0–100; NaN only for options that the column does not have.
    eligible, confidence
        As in `scores`.

    Returns
    -------
    Estimates
        0–100.

    Raises
    ------
    ValueError
        As in `scores`.

    Examples
    --------
    >>> from parvis.statistics.poll_coarse import coarse_shares
    >>> found = coarse_scores(coarse_shares([0, 10, 30]), [0, 50, 100], 60)
    >>> [float(value.round()) for value in (found.lower, found.estimate, found.upper)]
    [77.0, 86.0, 93.0]
    """
    where = np.broadcast_to(np.asarray(places, dtype=np.float64), shown.percent.shape)
    exists = ~np.isnan(where)
    least, most = _share_limits(shown)
    least, most = np.where(exists, least, 0.0), np.where(exists, most, 0.0)
    order = np.argsort(where, axis=-1)
    limits = []
    for ranking in (order, order[..., ::-1]):
        shares_percent = _filled(least, most, ranking)
        # A table is that of the answers rounded down: a little more uncertain, never less.
        table = shares_percent / 100.0 * shown.answers[..., np.newaxis]
        limits.append(scores(table, where, eligible, confidence=confidence))
    lowest, highest = limits
    return Estimates((lowest.estimate + highest.estimate) / 2.0, lowest.lower, highest.upper)


def coarse_agreement(
    shown: CoarseShares, eligible: ArrayLike, *, confidence: float = 0.95
) -> Estimates:
    """Share of those who agree among those who have an opinion, from shares shown coarse.

    As `coarse_scores`, for tables whose last option ("I do not know") is off the scale: the limits
    are those of the least and of the greatest share of agreement that the shown shares allow.

    Parameters
    ----------
    shown : CoarseShares
        Shape (..., 3): disagree, agree, do not know.
    eligible, confidence
        As in `scores`.

    Returns
    -------
    Estimates
        0–100.

    Raises
    ------
    ValueError
        Another number of options; as in `scores`.

    Examples
    --------
    >>> from parvis.statistics.poll_coarse import coarse_shares
    >>> found = coarse_agreement(coarse_shares([0, 40, 0]), 40)
    >>> [float(value.round()) for value in (found.lower, found.estimate, found.upper)]
    [90.0, 95.0, 100.0]
    """
    if shown.percent.shape[-1:] != (3,):
        raise ValueError(f"agreement has three options, got {shown.percent.shape}")
    least, most = _share_limits(shown)
    limits = []
    for disagree, agree in ((most[..., 0], least[..., 1]), (least[..., 0], most[..., 1])):
        # Ends that do not go together are brought back to 100, which leaves their ratio.
        whole = np.maximum(disagree + agree, 100.0)
        table = np.stack([disagree, agree, whole - disagree - agree], axis=-1)
        table *= (shown.answers / whole)[..., np.newaxis]
        limits.append(scores(table, [0.0, 100.0, np.nan], eligible, confidence=confidence))
    lowest, highest = limits
    return Estimates((lowest.estimate + highest.estimate) / 2.0, lowest.lower, highest.upper)


def rankings(counts: ArrayLike, eligible: int, *, confidence: float = 0.95) -> Estimates:
    """Score of each item of a ranking by Borda's count: 100 if everybody ranks it first, 0 if
    everybody ranks it last.

    Parameters
    ----------
    counts : array_like of float, shape (n_items, n_items)
        How many gave each item (row) each rank (column, the first rank first).
    eligible, confidence
        As in `scores`.

    Returns
    -------
    Estimates
        0–100, shape (n_items,). `mean_ranks` gives the same as ranks.

    Raises
    ------
    ValueError
        As in `scores`; fewer than two items, or a table that is not square.

    Examples
    --------
    >>> rankings([[6, 2, 0], [2, 4, 2], [0, 2, 6]], 40).estimate.tolist()
    [87.5, 50.0, 12.5]
    """
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] != table.shape[1]:
        raise ValueError(f"a ranking has as many ranks as items, got {table.shape}")
    places = even_places([len(table)])[0][::-1]
    return scores(table, places, eligible, confidence=confidence)


def mean_ranks(scored: Estimates) -> Estimates:
    """Turn the scores of `rankings` into mean ranks, 1 for the first.

    Examples
    --------
    >>> mean_ranks(rankings([[6, 2, 0], [2, 4, 2], [0, 2, 6]], 40)).estimate.tolist()
    [1.25, 2.0, 2.75]
    """
    last = scored.estimate.size - 1
    return Estimates(
        1.0 + last * (1.0 - scored.estimate / 100.0),
        1.0 + last * (1.0 - scored.upper / 100.0),
        1.0 + last * (1.0 - scored.lower / 100.0),
    )


def median_option(counts: ArrayLike) -> FloatArray:
    """Median of options taken as numbers: guesses "out of ten".

    Parameters
    ----------
    counts : array_like of float, shape (..., n_options)

    Returns
    -------
    ndarray of float, shape (...)
        Half-way between two options if the answers divide there; NaN without answer.

    Examples
    --------
    >>> median_option([[0, 2, 3, 0], [2, 0, 2, 0], [0, 0, 0, 0]]).tolist()
    [2.0, 1.0, nan]
    """
    table = np.asarray(counts, dtype=np.float64)
    below = np.cumsum(table, axis=-1)
    half = below[..., -1:] / 2.0
    # The first option that half of the answers do not exceed, and the first that more than half.
    low, high = np.argmax(below >= half, axis=-1), np.argmax(below > half, axis=-1)
    middle: FloatArray = np.where(half[..., 0] > 0, (low + high) / 2.0, np.nan)
    return middle


def difference(first: Estimates, second: Estimates) -> Estimates:
    """First estimate less the second, with an interval from the intervals of both.

    The distances from each estimate to its limits are added as squares (MOVER). For what was
    estimated apart: mean guess and measured value, score of this pulse and of the last. Agents who
    answered both pulses and keep their opinion make the true uncertainty smaller; different halves
    of the same staff answering each would make it greater.

    Parameters
    ----------
    first, second : Estimates
        On the same scale, shapes broadcast together.

    Returns
    -------
    Estimates

    References
    ----------
    Zou, G. Y. and Donner, A. (2008), "Construction of confidence limits about effect measures: a
    general approach", Statistics in Medicine 27, 1693–1702; Newcombe, R. G. (1998), "Interval
    estimation for the difference between independent proportions", ibid. 17, 873–890.

    Examples
    --------
    >>> guess, measured = Estimates(*np.array([62.0, 58, 66])), Estimates(*np.array([80.0, 77, 83]))
    >>> gap = difference(guess, measured)
    >>> float(gap.estimate), float(gap.lower), float(gap.upper)
    (-18.0, -23.0, -13.0)
    """
    gap = first.estimate - second.estimate
    down = np.hypot(first.estimate - first.lower, second.upper - second.estimate)
    up = np.hypot(first.upper - first.estimate, second.estimate - second.lower)
    return Estimates(gap, gap - down, gap + up)


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes of several cards between two pulses; arrays of the shape of the scores.

    Attributes
    ----------
    difference : Estimates
        Points; each interval has the confidence asked, by itself.
    p_value : ndarray of float
        Of "no change"; it is 1 − confidence exactly when the interval ends at zero. NaN where a
        score is missing.
    is_established : ndarray of bool
        Declared changed by Benjamini and Hochberg's procedure over all the cards: among the cards
        declared changed, 5 % on average at most have not changed.
    """

    difference: Estimates
    p_value: FloatArray
    is_established: NDArray[np.bool_]


def changes(
    now: Estimates,
    before: Estimates,
    *,
    confidence: float = 0.95,
    false_discovery_rate: float = 0.05,
) -> Changes:
    """Compare the scores of comparable cards in two pulses.

    Parameters
    ----------
    now, before : Estimates
        Of the same cards in the same order, shape (n_cards,), with this `confidence`.
    confidence : float
        Between 0 and 1.
    false_discovery_rate : float
        Between 0 and 1.

    Returns
    -------
    Changes

    Raises
    ------
    ValueError
        A rate outside (0, 1).

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995), "Controlling the false discovery rate: a practical and
    powerful approach to multiple testing", Journal of the Royal Statistical Society B 57, 289–300.

    Examples
    --------
    >>> before = Estimates(np.array([50.0, 60]), np.array([45.0, 55]), np.array([55.0, 65]))
    >>> now = Estimates(np.array([62.0, 61]), np.array([57.0, 56]), np.array([67.0, 66]))
    >>> changes(now, before).is_established.tolist()
    [True, False]
    """
    if not (0.0 < confidence < 1.0 and 0.0 < false_discovery_rate < 1.0):
        raise ValueError("confidence and false_discovery_rate must be between 0 and 1")
    from scipy.special import ndtr, ndtri

    gap = difference(now, before)
    # The half of the interval that faces "no change" is so many standard errors.
    facing = np.where(gap.estimate > 0, gap.estimate - gap.lower, gap.upper - gap.estimate)
    size = np.abs(gap.estimate)
    ratio = np.divide(size, facing, out=np.where(size > 0, np.inf, 0.0), where=facing > 0)
    z = float(ndtri(0.5 + confidence / 2.0))
    p_value = np.where(np.isnan(gap.estimate), np.nan, 2.0 * ndtr(-z * ratio))
    return Changes(gap, p_value, established(p_value, false_discovery_rate=false_discovery_rate))


def established(p_values: ArrayLike, *, false_discovery_rate: float = 0.05) -> NDArray[np.bool_]:
    """Reject by Benjamini and Hochberg's step-up procedure.

    Parameters
    ----------
    p_values : array_like of float, shape (n,)
        NaN is left out, and never rejected.
    false_discovery_rate : float

    Returns
    -------
    ndarray of bool, shape (n,)

    Examples
    --------
    >>> established([0.01, 0.04, 0.03, float("nan")]).tolist()
    [True, True, True, False]
    """
    p = np.asarray(p_values, dtype=np.float64)
    tested = np.sort(p[~np.isnan(p)])
    limits = false_discovery_rate * np.arange(1, tested.size + 1) / max(tested.size, 1)
    passing = tested[tested <= limits]
    rejected: NDArray[np.bool_] = p <= passing.max(initial=-1.0)
    return rejected


def mean_of_cards(scored: Estimates) -> Estimates:
    """Mean of the scores of several cards, for a stage of the journey or a determinant.

    The same people answer all the cards, so their errors go together by an unknown amount: the
    limits are the means of the limits, which holds however strongly they do and is wider than
    needed if they do not. Cards without score are left out.

    Parameters
    ----------
    scored : Estimates
        Shape (n_cards,).

    Returns
    -------
    Estimates
        Shape ().

    Examples
    --------
    >>> found = mean_of_cards(Estimates(*np.array([[50.0, 70], [45.0, 60], [55.0, 80]])))
    >>> float(found.estimate), float(found.lower), float(found.upper)
    (60.0, 52.5, 67.5)
    """
    present = ~np.isnan(scored.estimate)
    if not present.any():
        return Estimates(np.array(np.nan), np.array(np.nan), np.array(np.nan))
    return Estimates(
        np.asarray(scored.estimate[present].mean()),
        np.asarray(scored.lower[present].mean()),
        np.asarray(scored.upper[present].mean()),
    )


def _checked_counts(counts: ArrayLike, eligible: ArrayLike) -> tuple[FloatArray, FloatArray]:
    table = np.asarray(counts, dtype=np.float64)
    people = np.asarray(eligible, dtype=np.float64)
    if table.ndim == 0 or not (np.isfinite(table) & (table >= 0)).all():
        raise ValueError("counts must be finite and zero or more")
    # A hair, for counts that come from shares.
    if not (table.sum(axis=-1) <= people * (1 + 1e-9)).all():
        raise ValueError("there cannot be more answers than eligible people")
    return table, people


def _effective_factor(answers: FloatArray, people: FloatArray) -> FloatArray:
    """How many independent answers each answer is worth; infinite when everybody answered."""
    n, size = np.broadcast_arrays(answers, people)
    missing = size - n
    factor = np.full(n.shape, np.inf)
    np.divide(np.maximum(size - 1.0, 1.0), missing, out=factor, where=missing > 1e-6)
    return factor


def _among_people(
    estimate: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    people: FloatArray,
    known: NDArray[np.bool_],
) -> Estimates:
    """Limits moved apart by half a person, or none if everybody answered; NaN without estimate."""
    half = np.where(known, 0.0, 50.0 / np.maximum(people, 1.0))
    return Estimates(
        estimate,
        np.where(known, estimate, np.clip(lower - half, 0.0, 100.0) + 0.0 * estimate),
        np.where(known, estimate, np.clip(upper + half, 0.0, 100.0) + 0.0 * estimate),
    )


def _share_limits(shown: CoarseShares) -> tuple[FloatArray, FloatArray]:
    """The least and the greatest share, 0–100, of each option shown coarse."""
    low = np.broadcast_to(end_percent(shown.answers)[..., np.newaxis], shown.percent.shape)
    half = SHARE_STEP / 2.0
    at_most, at_least = shown.end == AT_MOST, shown.end == AT_LEAST
    # The steps next to the ends reach up to them.
    least = np.where(shown.percent == low + SHARE_STEP, low, shown.percent - half)
    most = np.where(shown.percent == 100 - low - SHARE_STEP, 100.0 - low, shown.percent + half)
    least = np.where(at_most, 0.0, np.where(at_least, 100.0 - low, least))
    most = np.where(at_least, 100.0, np.where(at_most, low, most))
    return least, most


def _filled(least: FloatArray, most: FloatArray, order: IntArray) -> FloatArray:
    """Shares within limits that add up to 100, the first of `order` being given all it may take."""
    low, high = (np.take_along_axis(limit, order, axis=-1) for limit in (least, most))
    spare = np.maximum(100.0 - low.sum(axis=-1, keepdims=True), 0.0)
    room = high - low
    before = np.cumsum(room, axis=-1) - room
    filled = low + np.clip(spare - before, 0.0, room)
    found: FloatArray = np.empty(filled.shape)
    np.put_along_axis(found, order, filled, axis=-1)
    return found
