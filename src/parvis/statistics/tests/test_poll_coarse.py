"""Coarse shares and participation: known figures, and what a reader who dissents learns."""

import itertools

import numpy as np
import pytest
from scipy.optimize import linprog

from parvis.statistics.poll_coarse import (
    AT_LEAST,
    AT_MOST,
    BETWEEN,
    coarse_shares,
    end_percent,
    exact_beside_groups,
    shown_participation,
)


def test_known_shares() -> None:
    found = coarse_shares([[47, 33, 20], [91, 9, 0], [89, 11, 0]])
    assert found.percent.tolist() == [[45, 35, 20], [90, 10, 10], [85, 15, 10]]
    assert found.end.tolist() == [
        [BETWEEN] * 3,
        [AT_LEAST, AT_MOST, AT_MOST],
        [BETWEEN, BETWEEN, AT_MOST],
    ]
    assert found.answers.tolist() == [100, 100, 100]
    # 12.5 % goes up; 17 answers are "15 at least".
    assert coarse_shares([5, 35]).percent.tolist() == [15, 85]
    assert coarse_shares([9, 8]).answers.tolist() == 15


def every_table(answers: int, n_options: int):
    for cuts in itertools.combinations_with_replacement(range(answers + 1), n_options - 1):
        edges = [0, *cuts, answers]
        yield np.diff(edges)


@pytest.mark.parametrize("n_options", [2, 3])
@pytest.mark.parametrize("answers", [5, 7, 9, 10, 11, 19, 20, 21, 40])
def test_nobody_learns_that_all_the_others_agree(answers: int, n_options: int) -> None:
    """Whatever is shown and whatever the reader answered, another table is possible where somebody
    else differs."""
    shown: dict[tuple, list[np.ndarray]] = {}
    for counts in every_table(answers, n_options):
        found = coarse_shares(counts)
        shown.setdefault((*found.percent, *found.end), []).append(counts)
    for tables in shown.values():
        for own in range(n_options):
            others = [table - (np.arange(n_options) == own) for table in tables if table[own] > 0]
            agree = {int(t.argmax()) for t in others if (t > 0).sum() == 1}
            differ = [t for t in others if (t > 0).sum() > 1]
            assert not agree or differ


def test_a_fixed_ninety_per_cent_would_let_the_dissenter_know() -> None:
    """With 10 answers, 90 % is 9 of them and nothing else: that is why the ends depend on size."""
    assert [count for count in range(10) if round(100 * count / 10 / 5) * 5 == 90] == [9]
    assert end_percent(10) == 20
    ten = coarse_shares([[10, 0], [9, 1], [8, 2]])
    assert len({(*percent, *end) for percent, end in zip(ten.percent, ten.end, strict=True)}) == 1


@pytest.mark.parametrize("counts", [[4, 0], [-1, 9], 7, [[10, 0], [2, 2]], []])
def test_what_may_not_be_shown_is_refused(counts) -> None:
    with pytest.raises(ValueError):
        coarse_shares(counts)


def test_known_participation() -> None:
    found = shown_participation([9, 10, 14, 15, 57, 412], [40, 40, 40, 40, 60, 900])
    assert found.tolist() == [0, 10, 10, 15, 55, 410]
    assert shown_participation(4, 30, threshold=5) == 0
    assert shown_participation(5, 30, threshold=5) == 5


@pytest.mark.parametrize("eligible", range(5, 41))
def test_participation_never_tells_that_everybody_took_part(eligible: int) -> None:
    taken = np.arange(eligible + 1)
    found = shown_participation(taken, np.full_like(taken, eligible))
    assert (found <= taken).all()
    assert found[-1] == found[-2] == found[-3] == found[max(-4, -len(found))]


def test_impossible_participation_is_refused() -> None:
    with pytest.raises(ValueError, match="eligible"):
        shown_participation([11], [10])
    with pytest.raises(ValueError, match="eligible"):
        shown_participation([5, 5], [10])
    with pytest.raises(ValueError, match="threshold"):
        shown_participation([5], [10], threshold=4)


# --- An exact whole beside coarse groups -------------------------------------------------------


def most_dissent(tables: np.ndarray, hidden_together: np.ndarray, group: int) -> float:
    """The attacker's side: most answers outside its majority that a group may have, knowing the
    exact whole, every coarse table and how many of each group answered.

    Linear programming; a transport problem, so its optimum is in whole people.
    """
    n_groups, n_options = tables.shape
    answers = tables.sum(axis=1)
    limits = []
    for counts, size in zip(tables, answers, strict=True):
        for count in counts:
            alike = [c for c in range(size + 1) if cell(c, size) == cell(count, size)]
            limits.append((min(alike), max(alike)))
    limits += [(0, None)] * n_options
    rows, totals = [], []
    for row, size in enumerate([*answers, hidden_together.sum()]):
        rows.append(np.repeat(np.arange(n_groups + 1) == row, n_options))
        totals.append(size)
    for option, total in enumerate(tables.sum(axis=0) + hidden_together):
        rows.append(np.tile(np.arange(n_options) == option, n_groups + 1))
        totals.append(total)
    kept = np.zeros((n_groups + 1, n_options))
    kept[group, tables[group].argmax()] = 1
    found = linprog(kept.ravel(), A_eq=np.array(rows, float), b_eq=totals, bounds=limits)
    return float(answers[group] - found.fun)


def cell(count: int, size: int) -> tuple[int, int]:
    found = coarse_shares([count, size - count])
    return int(found.percent[0]), int(found.end[0])


def test_an_exact_whole_would_tell_that_all_the_other_groups_agree() -> None:
    visible = np.array([[10, 3], [30, 0], [30, 0]])
    assert most_dissent(visible, np.zeros(2, dtype=int), 1) == pytest.approx(0.0)
    nobody_hidden = np.zeros((1, 3))
    assert not exact_beside_groups([visible], nobody_hidden).any()
    # The same, once a group with three dissenters is among those hidden.
    assert most_dissent(visible[1:], visible[0], 0) == pytest.approx(3.0)
    assert exact_beside_groups([visible], [[True, False, False]]).all()
    # One person short: a reader who is the third dissenter would know.
    assert not exact_beside_groups([[[11, 2], [30, 0], [27, 4]]], nobody_hidden).any()


def test_no_group_is_known_to_agree_when_the_whole_is_exact() -> None:
    rng = np.random.default_rng(8)
    exact = coarse = pinned = 0
    for _ in range(60):
        n_groups, n_options = int(rng.integers(1, 6)), int(rng.integers(2, 4))
        tables = np.array(
            [
                rng.multinomial(rng.integers(10, 45), rng.dirichlet([9, *[0.3] * (n_options - 1)]))
                for _ in range(n_groups)
            ]
        )
        hidden = rng.random(n_groups) < 0.2
        if hidden.all():
            continue
        shown, rest = tables[~hidden], tables[hidden].sum(axis=0)
        least = min(most_dissent(shown, rest, group) for group in range(len(shown)))
        if exact_beside_groups([tables], [hidden])[0]:
            exact += 1
            assert least >= 2 - 1e-6
        else:
            coarse += 1
            pinned += least < 2 - 1e-6
    # The attack succeeds on most of the tables that are not left exact.
    assert exact > 10
    assert pinned > coarse / 4


def test_shapes_and_small_groups_are_refused() -> None:
    with pytest.raises(ValueError, match="hidden"):
        exact_beside_groups([[[5, 5]]], [[True, False]])
    with pytest.raises(ValueError, match="fewer than 5"):
        exact_beside_groups([[[3, 1], [20, 20]]], [[False, False]])
    assert exact_beside_groups([[[3, 1], [20, 20]]], [[True, True]]).tolist() == [True]
    assert exact_beside_groups(
        [[[20, 20]], [[40, 0]]], [[False], [False]], cards=[1, 1]
    ).tolist() == [False, False]
