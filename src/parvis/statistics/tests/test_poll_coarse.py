"""Coarse shares and participation: known figures, and what a reader who dissents learns."""

import itertools

import numpy as np
import pytest

from parvis.statistics.poll_coarse import (
    AT_LEAST,
    AT_MOST,
    BETWEEN,
    coarse_shares,
    end_percent,
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
