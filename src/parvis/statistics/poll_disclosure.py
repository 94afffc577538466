"""What of a staff poll may be shown, so that no table nor combination of tables tells the answers
of fewer people than the threshold, nor that a set of people all answered the same.

While the poll is open, tables of the whole organisation are released at milestones
(`plan_release`). At closing everybody's answers enter the final tables (`final_tables`), then those
of the groups that may stand beside all that was shown before (`hide_groups`), as coarse shares
(`poll_coarse`). `poll_attack` audits the outcome with another method.

**Over time.** A reader subtracts two releases. Counting the answers *added or changed* since the
last table would not be enough: ten people change their mind, nine change it back and one does not,
and the first table subtracted from the third leaves one person, though each step concerned ten. So
only people *never counted before* in the tables of the card are counted: each table brings at least
a threshold of them. Whatever combination of these tables is made, the newcomers of the last table
that enters it are in no other: they remain. This needs no memory of what a ballot said before it
was replaced.

**Groups beside time.** The final tables of groups may be combined with the interim ones: if
everybody who answered since the last release belongs to one group but one person, the final table
less the interim one less that group is that person. The *newcomers* of each release (a cohort) and
the groups cut the respondents into cells. A combination gives each cohort a coefficient A and each
group a coefficient b, and what it leaves is the cells where A + b is not zero. Merging two values
of coefficients leaves no more; so the smallest sets are found with two values only, and all of
those are examined: each half of the cohorts against the groups, each group on its cheaper side.

**Unanimity.** A set of a hundred who all gave the same answer tells everyone's answer; if all but
one did, that one reads it. So none, one and two dissenters are never told apart: a table is exact
only with `DISSENT` answers outside its most frequent option, otherwise coarse (`exact_tables`); and
what one table adds to another, or the final table to the groups shown, obeys the same rule. A
refusal for this reason tells no more than the coarse table would.

What is public: the numbers of eligible people by group, the number of answers to each card in a
table of the whole (hence who many did not answer it), the rules. "Did not answer this card" is not
treated as an answer to protect. An attacker is supposed to know even how many of each group
answered each card. Colluders who know k answers face the threshold less k.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from parvis.statistics.poll_tables import checked_answers, checked_groups, tabulate

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

DEFAULT_THRESHOLD: Final = 10
LEAST_THRESHOLD: Final = 5
# Answers outside the most frequent option that let a table be exact. Below, none, one and two look
# the same: a single dissenter cannot exclude another.
DISSENT: Final = 3
# Interim tables of one card. Each doubles the combinations examined at closing.
MOST_REFRESHES: Final = 8


@dataclass(frozen=True, slots=True)
class Release:
    """What a release changes.

    Attributes
    ----------
    entered : ndarray of int, shape (n_ballots,)
        Number of the release in which each ballot entered the tables, from 1; 0 if held back. To be
        kept with the ballot, also when it is replaced.
    refreshed : ndarray of bool, shape (n_columns,)
        Columns whose table is replaced by the counts over the ballots entered; the others keep the
        table last shown, if any. To be appended to `refreshes`. All false: nothing is released,
        `entered` is unchanged and nothing is to be appended.
    """

    entered: IntArray
    refreshed: BoolArray


@dataclass(frozen=True, slots=True)
class FinalTables:
    """Which tables of the whole organisation close the poll; arrays of shape (n_columns,).

    Attributes
    ----------
    shown : ndarray of bool
        The table counts every ballot.
    kept : ndarray of bool
        The last interim table stays instead, to be said beside it. Columns neither shown nor kept
        have too few answers for any table.
    """

    shown: BoolArray
    kept: BoolArray


def plan_release(
    answers: ArrayLike,
    entered: ArrayLike,
    refreshes: ArrayLike,
    *,
    options: ArrayLike,
    rng: np.random.Generator,
    threshold: int = DEFAULT_THRESHOLD,
    cards: ArrayLike | None = None,
) -> Release:
    """Choose at random the ballots that enter the tables of the whole organisation, and the cards
    whose table is refreshed, while the poll is open.

    A card is refreshed if its newcomers (people who answer it and were in none of its tables)
    reach the threshold, and if those held back reach it too, so that the final table will bring
    enough of them; either with enough dissent, unless the table itself is shown coarse. The number
    of ballots held back is the one that refreshes the most cards, then the smallest.

    Parameters
    ----------
    answers : array_like of int, shape (n_ballots, n_columns)
        As in `poll_tables.tabulate`, as they are now.
    entered : array_like of int, shape (n_ballots,)
        As `Release.entered` of the release before; 0 for the ballots received since.
    refreshes : array_like of bool, shape (n_releases, n_columns)
        `Release.refreshed` of each release before; shape (0, n_columns) at first.
    options : array_like of int, shape (n_columns,)
        Number of options of each column.
    rng : numpy.random.Generator
        Seeded by the operating system and not kept: who can draw again knows who entered.
    threshold : int
        At least `LEAST_THRESHOLD`.
    cards : array_like of int, shape (n_columns,), optional
        Card of each column: the columns of a card are refreshed together. Each its own by default.

    Returns
    -------
    Release

    Raises
    ------
    ValueError
        Shapes that do not fit together, values out of range, or a threshold too low.

    Examples
    --------
    >>> answers = np.arange(40)[:, np.newaxis] % 2
    >>> first = plan_release(answers, np.zeros(40), np.zeros((0, 1)), options=[2],
    ...     rng=np.random.default_rng(1))
    >>> first.refreshed.tolist(), bool(first.entered.sum() <= 30)
    ([True], True)
    """
    poll = _Poll.checked(answers, entered, refreshes, options, threshold, cards)
    waiting = rng.permutation(np.flatnonzero(poll.entered == 0))
    # Whether each column could be refreshed if the first i of them entered.
    possible = np.ones((poll.n_columns, waiting.size + 1), dtype=np.bool_)
    for column in range(poll.n_columns):
        given = poll.answers[:, column]
        everybody = _counts(given, poll.options[column])
        inside = _counts(given[poll.entered > 0], poll.options[column])
        newcomers = _counts(given[poll.newcomers(column) & (poll.entered > 0)], inside.size)
        steps = given[waiting, np.newaxis] == np.arange(inside.size)
        entering = np.zeros((waiting.size + 1, inside.size), dtype=np.int64)
        np.cumsum(steps, axis=0, out=entering[1:])
        table, kept_back = inside + entering, everybody - inside - entering
        possible[column] = (
            (poll.refreshes[:, column].sum() < MOST_REFRESHES)
            & _may_be_told_apart(newcomers + entering, table, threshold)
            & _may_be_told_apart(kept_back, everybody, threshold)
        )
    possible = together(possible, poll.cards)
    # Cards count once, however many columns they have.
    refreshed_cards = possible[poll.first_of_card].sum(axis=0)
    entering_now = int(np.flatnonzero(refreshed_cards == refreshed_cards.max(initial=0))[-1])
    refreshed = possible[:, entering_now]
    now = poll.entered.copy()
    if refreshed.any():
        now[waiting[:entering_now]] = len(poll.refreshes) + 1
    return Release(now, refreshed)


def final_tables(
    answers: ArrayLike,
    entered: ArrayLike,
    refreshes: ArrayLike,
    *,
    options: ArrayLike,
    threshold: int = DEFAULT_THRESHOLD,
    cards: ArrayLike | None = None,
) -> FinalTables:
    """Choose the tables of the whole organisation that are shown at closing.

    A card that was released keeps its last interim table if too few newcomers are left, or
    unanimous ones. That takes replaced ballots, or a card nearly unanimous when it was released.

    Parameters
    ----------
    answers, entered, refreshes, options, threshold, cards
        As in `plan_release`.

    Returns
    -------
    FinalTables

    Raises
    ------
    ValueError
        As in `plan_release`.

    Examples
    --------
    >>> found = final_tables([[0]] * 9 + [[1]] * 3, np.zeros(12), np.zeros((0, 1)), options=[2])
    >>> found.shown.tolist(), found.kept.tolist()
    ([True], [False])
    """
    return _final_tables(_Poll.checked(answers, entered, refreshes, options, threshold, cards))


def hide_groups(
    answers: ArrayLike,
    groups: ArrayLike,
    entered: ArrayLike,
    refreshes: ArrayLike,
    *,
    options: ArrayLike,
    n_groups: int,
    unsteady: ArrayLike | None = None,
    threshold: int = DEFAULT_THRESHOLD,
    cards: ArrayLike | None = None,
) -> BoolArray:
    """Choose the groups whose table is hidden at closing, by column.

    A group is hidden if fewer than `threshold` of its people answer. Then others, the smallest
    first among those that help, until the hidden groups together have no answer or a threshold of
    them with enough dissent (they are the final table less the groups shown), and no combination
    with the interim tables leaves fewer people than the threshold. A card without final table is
    judged as if nobody had answered since its last interim table.

    Parameters
    ----------
    groups : array_like of int, shape (n_ballots,)
        Group of each ballot, from 0.
    n_groups : int
    unsteady : array_like of bool, shape (n_ballots,) or (n_ballots, n_columns), optional
        Ballots replaced after they entered whose answer to the column appeared or disappeared; or,
        to remember less and hide more, all the ballots replaced after they entered. None: no
        ballot was replaced. An answer replaced by another needs no mark: whatever combination would
        leave the person with one answer leaves at least one of the two.
    answers, entered, refreshes, options, threshold, cards
        As in `plan_release`.

    Returns
    -------
    ndarray of bool, shape (n_columns, n_groups)

    Raises
    ------
    ValueError
        As in `plan_release`, or a group that does not exist.

    Examples
    --------
    >>> answers, groups = np.arange(60)[:, np.newaxis] % 2, np.repeat([0, 1, 2, 3], [4, 12, 14, 30])
    >>> nobody, none = np.zeros(60), np.zeros((0, 1))
    >>> hide_groups(answers, groups, nobody, none, options=[2], n_groups=4).tolist()
    [[True, True, False, False]]
    """
    poll = _Poll.checked(answers, entered, refreshes, options, threshold, cards)
    bearing = checked_groups(groups, poll.n_ballots, n_groups)
    steady = np.ones(poll.answers.shape, dtype=np.bool_)
    if unsteady is not None:
        marks = np.asarray(unsteady, dtype=np.bool_)
        steady &= ~(marks[:, np.newaxis] if marks.ndim == 1 else marks)
    counts = tabulate(poll.answers, bearing, options=poll.options, n_groups=n_groups)
    final = _final_tables(poll)

    hidden = np.ones((poll.n_columns, n_groups), dtype=np.bool_)
    for card in np.unique(poll.cards):
        columns = np.flatnonzero(poll.cards == card)
        combinations = [
            _Combinations.of_column(
                counts[column],
                _cells(poll, column, bearing, n_groups, steady[:, column], final.shown[column]),
                final_shown=bool(final.shown[column]),
            )
            for column in columns.tolist()
        ]
        if (final.shown | final.kept)[columns].all():
            hidden[columns] = _hidden_groups(combinations, threshold)
    return hidden


def exact_tables(counts: ArrayLike, *, cards: ArrayLike | None = None) -> BoolArray:
    """Say which interim tables are shown as exact counts; the others are coarse
    (`poll_coarse.coarse_shares`), because nearly everybody gave the same answer. At closing,
    `poll_coarse.exact_beside_groups` says it.

    Parameters
    ----------
    counts : array_like of int, shape (n_columns, n_options)
    cards : array_like of int, shape (n_columns,), optional
        As in `plan_release`: a ranking with one coarse row has all its rows coarse, since the exact
        ones would give it back.

    Returns
    -------
    ndarray of bool, shape (n_columns,)

    Raises
    ------
    ValueError
        Shapes that do not fit together.

    Examples
    --------
    >>> exact_tables([[97, 3], [98, 2], [100, 0]]).tolist()
    [True, False, False]
    """
    table = np.asarray(counts, dtype=np.int64)
    if table.ndim != 2:
        raise ValueError(f"counts must have two dimensions, got {table.ndim}")
    return together(np.asarray(_dissent(table) >= DISSENT), cards)


def together(possible: BoolArray, cards: ArrayLike | None) -> BoolArray:
    """Keep what is possible for all the columns of a card.

    Parameters
    ----------
    possible : ndarray of bool, shape (n_columns, ...)
    cards : array_like of int, shape (n_columns,), or None
        Card of each column; None: each its own.

    Returns
    -------
    ndarray of bool, same shape

    Raises
    ------
    ValueError
        Another number of columns.

    Examples
    --------
    >>> together(np.array([True, False, True]), [4, 4, 5]).tolist()
    [False, False, True]
    """
    if cards is None:
        return possible
    numbers = np.asarray(cards, dtype=np.int64)
    if numbers.shape != possible.shape[:1]:
        raise ValueError(f"cards must have shape {possible.shape[:1]}, got {numbers.shape}")
    joined = possible.copy()
    for card in np.unique(numbers):
        columns = numbers == card
        joined[columns] = possible[columns].all(axis=0)
    return joined


@dataclass(frozen=True, slots=True)
class _Poll:
    """Checked arguments that the functions share."""

    answers: IntArray
    options: IntArray
    entered: IntArray
    refreshes: BoolArray
    cards: IntArray
    threshold: int

    @classmethod
    def checked(
        cls,
        answers: ArrayLike,
        entered: ArrayLike,
        refreshes: ArrayLike,
        options: ArrayLike,
        threshold: int,
        cards: ArrayLike | None,
    ) -> _Poll:
        table, sizes = checked_answers(answers, options)
        past = np.asarray(refreshes, dtype=np.bool_)
        if past.ndim != 2 or past.shape[1] != sizes.size:
            raise ValueError(
                f"refreshes must have shape (n_releases, {sizes.size}), got {past.shape}"
            )
        releases = np.asarray(entered, dtype=np.int64)
        if releases.shape != (len(table),):
            raise ValueError(f"entered must have shape ({len(table)},), got {releases.shape}")
        if ((releases < 0) | (releases > len(past))).any():
            raise ValueError(f"entered must be from 0 to the {len(past)} releases made")
        if threshold < LEAST_THRESHOLD:
            raise ValueError(f"the threshold must be at least {LEAST_THRESHOLD}, got {threshold}")
        numbers = np.arange(sizes.size) if cards is None else np.asarray(cards, dtype=np.int64)
        if numbers.shape != sizes.shape:
            raise ValueError(f"cards must have shape {sizes.shape}, got {numbers.shape}")
        return cls(table, sizes, releases, past, numbers, threshold)

    @property
    def n_ballots(self) -> int:
        return len(self.answers)

    @property
    def n_columns(self) -> int:
        return self.options.size

    @property
    def first_of_card(self) -> IntArray:
        """The first column of each card."""
        return np.unique(self.cards, return_index=True)[1].astype(np.int64)

    def newcomers(self, column: int) -> BoolArray:
        """Ballots in none of the tables of the column, held back or not."""
        made = np.flatnonzero(self.refreshes[:, column]) + 1
        fresh: BoolArray = (self.entered == 0) | (self.entered > made.max(initial=0))
        return fresh


def _final_tables(poll: _Poll) -> FinalTables:
    shown = np.zeros(poll.n_columns, dtype=np.bool_)
    for column, size in enumerate(poll.options):
        given = poll.answers[:, column]
        newcomers = _counts(given[poll.newcomers(column)], size)
        shown[column] = _may_be_told_apart(newcomers, _counts(given, size), poll.threshold)
    shown = together(shown, poll.cards)
    return FinalTables(shown, ~shown & together(np.asarray(poll.refreshes.any(axis=0)), poll.cards))


def _counts(given: IntArray, size: int) -> IntArray:
    return np.bincount(given[given >= 0], minlength=int(size)).astype(np.int64)


def _dissent(counts: IntArray) -> IntArray:
    """Answers outside the most frequent option, over the last axis."""
    outside: IntArray = np.asarray(counts.sum(axis=-1) - counts.max(axis=-1, initial=0))
    return outside


def _may_be_told_apart(part: IntArray, whole: IntArray, threshold: int) -> BoolArray:
    """Whether the counts of a part of a table may be computed by subtraction: enough people, and
    enough dissent unless the table is coarse for want of dissent and says as much of each part."""
    enough = part.sum(axis=-1) >= threshold
    return np.asarray(enough & ((_dissent(part) >= DISSENT) | (_dissent(whole) < DISSENT)))


def _cells(
    poll: _Poll,
    column: int,
    bearing: IntArray,
    n_groups: int,
    steady: BoolArray,
    final_shown: bool,
) -> IntArray:
    """Steady answers of a column by group and cohort; shape (n_groups, n_cohorts).

    A cohort is the newcomers of one refresh; the last one, of the final table if it is shown.
    """
    made = np.flatnonzero(poll.refreshes[:, column]) + 1
    # The first refresh at or after the release in which the ballot entered; those held back come
    # after all of them.
    cohort = np.searchsorted(made, np.arange(len(poll.refreshes) + 1))
    cohort[0] = made.size
    kept = steady & (poll.answers[:, column] >= 0)
    n_cohorts = made.size + 1
    places = bearing[kept] * n_cohorts + cohort[poll.entered[kept]]
    cells = np.bincount(places, minlength=n_groups * n_cohorts).reshape(n_groups, n_cohorts)
    return cells if final_shown else cells[:, :-1]


@dataclass(frozen=True, slots=True)
class _Combinations:
    """Combinations of the tables of one column that must not leave too few people.

    Attributes
    ----------
    counts : ndarray of int, shape (n_groups, n_options)
        Final answers.
    whole_is_told : bool
        The final table of the whole is shown, so that the hidden groups are what it leaves.
    inside, outside : ndarray of int, shape (n_groups, n_combinations)
        Steady answers of each group in a half of the cohorts, and in the other half. The half is a
        combination of tables of the whole; a group that is shown can be subtracted from either
        side, and leaves the smaller; a hidden one leaves all that is inside.
    """

    counts: IntArray
    whole_is_told: bool
    inside: IntArray
    outside: IntArray

    @classmethod
    def of_column(cls, counts: IntArray, cells: IntArray, *, final_shown: bool) -> _Combinations:
        cohorts = cells.shape[1]
        halves = np.arange(2**cohorts)[np.newaxis, :] >> np.arange(cohorts)[:, np.newaxis] & 1
        # No cohort at all: groups alone. All of them, with the final table: the final tables alone,
        # judged by `counts`; without it, the last interim table against the groups.
        halves = halves[:, 1:-1] if final_shown else halves[:, 1:]
        inside = cells @ halves
        return cls(counts, final_shown, inside, cells.sum(axis=1, keepdims=True) - inside)

    def helpful(self, hidden: BoolArray, threshold: int) -> BoolArray | None:
        """Groups that bring a forbidden combination nearer to the threshold by being hidden; None
        if there is no forbidden combination."""
        left = self.counts[hidden].sum(axis=0)
        if (
            self.whole_is_told
            and left.sum() > 0
            and not _may_be_told_apart(left, self.counts.sum(axis=0), threshold)
        ):
            some: BoolArray = self.counts.sum(axis=1) > 0
            return some
        smallest = np.where(
            hidden[:, np.newaxis], self.inside, np.minimum(self.inside, self.outside)
        )
        forbidden = smallest.sum(axis=0) < threshold
        if not forbidden.any():
            return None
        return np.asarray((self.inside > smallest)[:, forbidden].any(axis=1))


def _hidden_groups(columns: list[_Combinations], threshold: int) -> BoolArray:
    sizes = np.min([column.counts.sum(axis=1) for column in columns], axis=0)
    hidden: BoolArray = np.asarray(sizes < threshold)
    while not hidden.all():
        forbidden = [found for c in columns if (found := c.helpful(hidden, threshold)) is not None]
        if not forbidden:
            break
        candidates = np.flatnonzero(np.any(forbidden, axis=0) & ~hidden)
        if candidates.size == 0:
            # Too few steady answers in a cohort: only hiding every group is safe.
            hidden[:] = True
            break
        # The smallest first: it costs the reader the least. Ties go to the first, always the same.
        hidden[candidates[np.argmin(sizes[candidates])]] = True
    return hidden
