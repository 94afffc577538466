import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from parvis.statistics.ranks import competition_ranks, mid_ranks, round_significant

TIED = [1, 3, 4, 4, 4, 7, 7, 10]


def test_reference_ties_share_the_smallest_rank() -> None:
    assert competition_ranks(TIED).tolist() == [8, 7, 4, 4, 4, 2, 2, 1]


def test_reference_ties_share_the_mean_rank() -> None:
    assert mid_ranks(TIED).tolist() == [8, 7, 5, 5, 5, 2.5, 2.5, 1]


def test_rounding_of_sums_does_not_break_a_tie() -> None:
    forward, backward = 0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1
    assert forward != backward
    assert competition_ranks([forward, backward]).tolist() == [1, 1]


def test_missing_score_has_no_rank_and_takes_none() -> None:
    assert competition_ranks([2.0, np.nan, 3.0]).tolist() == [2, 0, 1]
    ranks = mid_ranks([2.0, np.nan, 3.0])
    assert ranks[[0, 2]].tolist() == [2.0, 1.0]
    assert np.isnan(ranks[1])


def test_no_item_gives_no_rank() -> None:
    assert competition_ranks([]).tolist() == []
    assert mid_ranks([]).tolist() == []


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=30))
def test_ranks_agree_with_scipy(scores: list[int]) -> None:
    negated = -np.array(scores)
    assert competition_ranks(scores).tolist() == rankdata(negated, method="min").tolist()
    assert mid_ranks(scores).tolist() == rankdata(negated, method="average").tolist()


def test_digits_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="from 1 to 15"):
        round_significant([1.0], 16)
    with pytest.raises(ValueError, match="one-dimensional"):
        competition_ranks([[1.0]])
