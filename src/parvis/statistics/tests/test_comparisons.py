import numpy as np
import pytest

from parvis.statistics.attack import deducible_bounds
from parvis.statistics.comparisons import EVERYBODY, STRATUM, WIDER_GROUP, peer_means

# Strata of 20, 4 and 8 organisations; the first two share a wider group.
STRATA = np.repeat([3, 5, 9], [20, 4, 8])
WIDER = np.repeat([0, 0, 1], [20, 4, 8])


def scores(measures: int = 3) -> np.ndarray:
    values = np.random.default_rng(6).uniform(20.0, 90.0, (32, measures))
    # Only three organisations of the last stratum have the last measure (visits).
    values[24:29, -1] = np.nan
    return values


def test_small_stratum_and_what_would_isolate_it_are_withheld() -> None:
    values = scores()
    found = peer_means(values, STRATA, WIDER)
    assert found.strata.tolist() == [3, 5, 9]
    shown = ~np.isnan(found.mean_percent[:, :, 0])
    # For the stratum of 20, the wider group would give its four neighbours away by subtraction.
    assert shown[0].tolist() == [True, True, False]
    assert shown[1].tolist() == [True, False, True]
    # All but the last stratum are 24, and its own 8 are enough.
    assert shown[2].tolist() == [True, True, True]
    assert found.mean_percent[0, STRATUM, 0] == round(values[:20, 0].mean())
    assert found.members[1, :, 0].tolist() == [32, 4, 24]


def test_membership_is_that_of_each_measure() -> None:
    found = peer_means(scores(), STRATA, WIDER)
    assert found.members[2, :, 2].tolist() == [27, 3, 3]
    assert np.isnan(found.mean_percent[2, STRATUM, 2])
    assert np.isnan(found.mean_percent[2, WIDER_GROUP, 2])
    assert np.isfinite(found.mean_percent[2, EVERYBODY, 2])


@pytest.mark.parametrize("stratum", [0, 1, 2])
def test_a_reader_of_the_table_narrows_nobody_below_ten_points(stratum: int) -> None:
    values = scores(1)[:29]
    values[np.isnan(values)] = 50.0
    strata, wider = STRATA[:29], WIDER[:29]
    found = peer_means(values, strata, wider)
    readers = strata == found.strata[stratum]
    reader = int(np.flatnonzero(readers)[0])
    groups = np.array([np.ones(29, dtype=bool), readers, wider == wider[reader]])
    means = found.mean_percent[stratum, :, 0]
    shown = ~np.isnan(means)
    rows = groups[shown] / groups[shown].sum(axis=1, keepdims=True)
    for target in range(29):
        if target != reader:
            lower, upper = deducible_bounds(
                rows, means[shown], 0.5, known={reader: values[reader, 0]}, target=target
            )
            assert upper - lower >= 10.0


def test_bad_groups_are_refused() -> None:
    with pytest.raises(ValueError, match="several wider groups"):
        peer_means([[1.0], [2.0]], [0, 0], [0, 1])
    with pytest.raises(ValueError, match="one row"):
        peer_means([[1.0], [2.0]], [0], [0])
