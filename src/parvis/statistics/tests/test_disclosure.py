import numpy as np
import pytest

from parvis.statistics.disclosure import (
    Permitted,
    Thresholds,
    choose_groups,
    is_dominated,
    mean_step,
    permitted_statistics,
    shown_mean,
)


def members(size: int, *positions: int) -> np.ndarray:
    return np.isin(np.arange(size), positions)


def test_minimum_counts() -> None:
    assert permitted_statistics(4) == Permitted(mean=False, quartiles=False, extremes=False)
    assert permitted_statistics(5) == Permitted(mean=True, quartiles=False, extremes=False)
    assert permitted_statistics(9) == Permitted(mean=True, quartiles=False, extremes=False)
    assert permitted_statistics(10) == Permitted(mean=True, quartiles=True, extremes=True)
    with pytest.raises(ValueError, match="zero or more"):
        permitted_statistics(-1)


@pytest.mark.parametrize(
    ("contributions", "dominated"),
    [([85.0, 15.0], False), ([85.1, 14.9], True), ([0.0, 0.0], False), ([np.nan, 5.0], True)],
)
def test_dominance(contributions: list[float], dominated: bool) -> None:
    assert is_dominated(contributions) is dominated


@pytest.mark.parametrize(
    "setting",
    [
        {"others_for_mean": 1},
        {"others_for_quartiles": 4},
        {"others_for_extremes": 4},
        {"largest_share": 0.0},
        {"protected_width": 50.0},
    ],
)
def test_thresholds_that_protect_nobody_are_refused(setting: dict) -> None:
    with pytest.raises(ValueError):
        Thresholds(**setting)


def test_group_needs_five_others_beside_the_reader() -> None:
    values = np.linspace(40, 80, 6)
    reader = members(6, 0)
    assert choose_groups(values, [np.arange(6) < 6], reader).tolist() == [True]
    assert choose_groups(values, [np.arange(6) < 5], reader).tolist() == [False]
    outsider = members(6, 5)
    assert choose_groups(values, [np.arange(6) < 5], outsider).tolist() == [True]


def test_organisation_without_a_value_is_not_a_member() -> None:
    values = np.array([50.0, 60, 70, 40, 55, np.nan])
    assert choose_groups(values, [np.arange(6) < 6], members(6, 0)).tolist() == [False]


def test_nested_groups_that_differ_by_too_few_are_not_both_shown() -> None:
    values = np.linspace(30, 80, 20)
    everybody, stratum = np.arange(20) < 20, np.arange(20) < 16
    reader = members(20, 0)
    assert choose_groups(values, [everybody, stratum], reader).tolist() == [True, False]
    assert choose_groups(values, [stratum, everybody], reader).tolist() == [True, False]
    five_apart = np.arange(20) < 15
    assert choose_groups(values, [everybody, five_apart], reader).tolist() == [True, True]
    # The reader is one of the five that differ: only four others are left.
    assert choose_groups(values, [everybody, five_apart], members(20, 19)).tolist() == [True, False]


def test_one_choice_for_a_whole_stratum_holds_for_each_reader() -> None:
    values = np.linspace(30, 80, 20)
    groups = [np.arange(20) < 20, np.arange(20) < 6]
    stratum = np.arange(20) < 6
    together = choose_groups(values, groups, stratum)
    alone = [choose_groups(values, groups, members(20, reader)) for reader in range(6)]
    assert together.tolist() == [True, True]
    assert all(choice.tolist() == together.tolist() for choice in alone)


def test_overlapping_groups_that_pairs_would_let_through() -> None:
    # P, Q, R, S have six members each and organisation 0 is alone: (P + Q + 0) + (R + S) - (P + R)
    # - (Q + S) leaves its value, though no two of these groups differ by fewer than six.
    quarter = np.concatenate([[-1], np.repeat(np.arange(4), 6)])
    p, q, r, s = (quarter == number for number in range(4))
    groups = np.array([p | q | (quarter == -1), r | s, p | r, q | s])
    values = np.linspace(30, 80, 25)
    for left in groups:
        assert all((left & ~right).sum() in (0, *range(6, 14)) for right in groups)
    assert (groups @ values) @ [1, 1, -1, -1] == pytest.approx(values[0])
    chosen = choose_groups(values, groups, members(25, 24))
    assert chosen.tolist() == [True, True, True, False]


def test_what_was_shown_before_counts() -> None:
    values = np.linspace(30, 80, 20)
    stratum = np.arange(20) < 17
    reader = members(20, 0)
    assert choose_groups(values, [stratum], reader).tolist() == [True]
    before = [np.arange(20) < 20]
    assert choose_groups(values, [stratum], reader, already_shown=before).tolist() == [False]


def test_unanimous_group_is_not_shown() -> None:
    reader, group = members(6, 0), [np.arange(6) < 6]
    assert choose_groups([10.0, 99, 99, 99, 99, 99], group, reader).tolist() == [False]
    assert choose_groups([10.0, 98, 98, 98, 98, 98], group, reader).tolist() == [True]
    assert choose_groups([90.0, 1, 1, 1, 1, 1], group, reader).tolist() == [False]


def test_same_input_gives_the_same_choice() -> None:
    rng = np.random.default_rng(1)
    values = rng.random(80) * 100
    groups = rng.random((9, 80)) < 0.6
    choices = {tuple(choose_groups(values, groups, np.arange(80) < 3)) for _ in range(5)}
    assert len(choices) == 1


@pytest.mark.parametrize(
    ("values", "groups", "message"),
    [
        ([50.0, 101.0], [[True, True]], "from 0 to 100"),
        ([50.0, 60.0], [[True]], "groups must have shape"),
        ([50.0], [[True]], "readers must have shape"),
    ],
)
def test_bad_input_is_refused(values, groups, message) -> None:
    with pytest.raises(ValueError, match=message):
        choose_groups(values, groups, [True, False])


def test_sum_behind_a_mean_is_never_known_better_than_the_protected_width() -> None:
    assert [mean_step(members) for members in (6, 9, 10, 99, 100, 321)] == [2, 2, 1, 1, 0.1, 0.1]
    width = Thresholds().protected_width
    assert all(members * mean_step(members) >= width - 1e-9 for members in range(3, 400))
    assert [shown_mean(66.9, members) for members in (6, 10, 100)] == [66.0, 67.0, 66.9]
