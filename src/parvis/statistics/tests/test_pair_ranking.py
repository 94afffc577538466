"""Pairwise comparisons: known strengths, ties, unlinked items."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from parvis.statistics.pair_ranking import MOST_ITEMS, bradley_terry, win_rates
from parvis.statistics.ranks import competition_ranks

# American League 1987, wins of the row over the column (Agresti, Categorical Data Analysis):
# Milwaukee, Detroit, Toronto, New York, Boston, Cleveland, Baltimore.
BASEBALL = np.array(
    [
        [0, 7, 9, 7, 7, 9, 11],
        [6, 0, 7, 5, 11, 9, 9],
        [4, 6, 0, 7, 7, 8, 12],
        [6, 8, 6, 0, 6, 7, 10],
        [6, 2, 6, 7, 0, 7, 12],
        [4, 4, 5, 6, 6, 0, 6],
        [2, 4, 1, 3, 1, 7, 0],
    ]
)
BASEBALL_STRENGTHS = [1.58, 1.44, 1.29, 1.25, 1.11, 0.68, 0.0]


def comparisons(wins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    winner, loser = np.nonzero(wins)
    times = wins[winner, loser]
    return np.repeat(winner, times), np.repeat(loser, times)


def strengths(scores: np.ndarray) -> np.ndarray:
    return np.log(scores / (1 - scores))


def test_published_strengths() -> None:
    """Every result a hundred times over, so that the win and the loss added hardly count."""
    found = strengths(bradley_terry(7, *comparisons(BASEBALL * 100)))
    assert (found - found[-1]).round(2).tolist() == pytest.approx(BASEBALL_STRENGTHS, abs=0.011)


def test_the_most_likely_strengths() -> None:
    """An optimiser that knows only the likelihood, with the win and the loss added, agrees."""
    winner, loser = comparisons(BASEBALL)
    items = np.arange(7)
    winners = np.concatenate([winner, items, np.full(7, 7)])
    losers = np.concatenate([loser, np.full(7, 7), items])

    def surprise(parameters: np.ndarray) -> float:
        all_of_them = np.append(parameters, 0.0)
        return float(np.logaddexp(0, all_of_them[losers] - all_of_them[winners]).sum())

    expected = minimize(surprise, np.zeros(7), method="BFGS", options={"gtol": 1e-7}).x
    np.testing.assert_allclose(strengths(bradley_terry(7, winner, loser)), expected, atol=1e-5)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda pair: pair[0] != pair[1]),
        max_size=30,
    )
)
def test_wins_are_as_many_as_expected(pairs: list[tuple[int, int]]) -> None:
    """The condition of the most likely strengths, item by item."""
    winner, loser = np.array(pairs, dtype=int).reshape(-1, 2).T
    scores = bradley_terry(6, winner, loser)
    strength = np.append(scores / (1 - scores), 1.0)
    winner = np.concatenate([winner, np.arange(6), np.full(6, 6)])
    loser = np.concatenate([loser, np.full(6, 6), np.arange(6)])
    chance = strength[winner] / (strength[winner] + strength[loser])
    for item in range(6):
        expected = chance[winner == item].sum() + (1 - chance[loser == item]).sum()
        assert expected == pytest.approx((winner == item).sum(), abs=1e-6)


def test_beating_the_strong_counts_for_more() -> None:
    """a and b won once each of two; a against the champion, b against the last."""
    champion, a, b, last = range(4)
    winner = [champion, champion, champion, champion, a, b, a, champion, b]
    loser = [last, last, b, last, champion, last, b, a, a]
    scores = bradley_terry(4, winner, loser)
    assert scores[a] > scores[b] > scores[last]


def test_a_circle_is_a_tie() -> None:
    scores = bradley_terry(3, [0, 1, 2], [1, 2, 0])
    assert scores == pytest.approx([0.5] * 3)
    assert competition_ranks(scores, tie_digits=9).tolist() == [1, 1, 1]


def test_items_that_nothing_links_share_ranks() -> None:
    scores = bradley_terry(5, [0, 2], [1, 3])
    assert competition_ranks(scores, tie_digits=9).tolist() == [1, 4, 1, 4, 3]
    assert scores[4] == pytest.approx(0.5)


def test_an_item_that_always_won_is_not_infinitely_strong() -> None:
    once, often = (bradley_terry(2, [0] * times, [1] * times) for times in (1, 50))
    assert 0.5 < once[0] < often[0] < 1


def test_win_rates() -> None:
    assert win_rates(3, [0, 0, 1], [1, 1, 0]).tolist() == [3 / 5, 2 / 5, 1 / 2]
    assert win_rates(0, [], []).tolist() == bradley_terry(0, [], []).tolist() == []


@pytest.mark.parametrize("score", [win_rates, bradley_terry])
@pytest.mark.parametrize(
    ("items", "winner", "loser"), [(2, [0], [0]), (2, [0], [2]), (2, [-1], [0]), (2, [0, 1], [1])]
)
def test_what_is_no_comparison_is_refused(score, items, winner, loser) -> None:
    with pytest.raises(ValueError):
        score(items, winner, loser)


def test_too_many_items() -> None:
    with pytest.raises(ValueError, match="at most"):
        bradley_terry(MOST_ITEMS + 1, [0], [1])
