import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.statistics.composite import (
    Aggregation,
    CompositeError,
    Fault,
    Normalisation,
    aggregate,
    normalise,
)
from parvis.statistics.ranks import competition_ranks
from parvis.statistics.tests.handbook import COUNTRIES, GEOMETRIC_RANKS, INDICATORS, VALUES

SCHOOLING = VALUES[:, [INDICATORS.index("schooling")]]


def of(column: np.ndarray, country: str) -> float:
    return float(column[COUNTRIES.index(country), 0])


def test_handbook_z_scores_of_schooling() -> None:
    z_scores = normalise(SCHOOLING, Normalisation.Z_SCORE)
    found = {country: round(of(z_scores, country), 2) for country in ("FI", "US", "SE", "KR")}
    assert found == {"FI": 0.26, "US": 1.52, "SE": 1.14, "KR": 0.76}
    assert z_scores.std(ddof=1) == pytest.approx(1.0)


def test_handbook_min_max_of_schooling() -> None:
    scaled = normalise(SCHOOLING, Normalisation.MIN_MAX)
    found = {country: round(of(scaled, country), 2) for country in ("FI", "SE", "KR")}
    assert found == {"FI": 0.59, "SE": 0.88, "KR": 0.76}
    assert (scaled.min(), scaled.max()) == (0.0, 1.0)


def test_handbook_geometric_ranks_of_all_23_countries() -> None:
    scores = aggregate(VALUES, np.ones(len(INDICATORS)), Aggregation.GEOMETRIC).scores
    assert competition_ranks(scores).tolist() == GEOMETRIC_RANKS


def test_handbook_geometric_mean_rewards_the_weak_indicator() -> None:
    before, after = aggregate(
        [[21.0, 1.0, 1.0, 1.0], [21.0, 2.0, 1.0, 1.0]], np.ones(4), "geometric"
    ).scores
    assert round(float(before), 2) == 2.14
    assert round(float(after), 4) == 2.5457


def test_goalposts_clip_and_turn_with_the_direction() -> None:
    values = [[10.0, 10.0], [20.0, 20.0], [30.0, 30.0], [60.0, 60.0]]
    found = normalise(
        values, "goalposts", directions=[1, -1], goalposts=[[20.0, 40.0], [20.0, 40.0]]
    )
    assert found.tolist() == [[0.0, 1.0], [0.0, 1.0], [0.5, 0.5], [1.0, 0.0]]


@pytest.mark.parametrize("method", ["none", "z-score", "min-max"])
def test_direction_turns_the_order(method: str) -> None:
    turned = normalise(SCHOOLING, method, directions=[-1])
    assert np.argsort(turned[:, 0], kind="stable").tolist() == (
        np.argsort(-SCHOOLING[:, 0], kind="stable").tolist()
    )


def test_weights_count_by_their_ratios() -> None:
    values = [[1.0, 4.0]]
    assert aggregate(values, [1, 3], "arithmetic").scores.tolist() == [3.25]
    assert aggregate(values, [1e200, 3e200], "arithmetic").scores.tolist() == [3.25]
    assert aggregate([[2.0, 8.0]], [1, 1], "geometric").scores[0] == pytest.approx(4.0)


def test_indicators_that_cancel_out_tie_at_zero() -> None:
    """Of two items one is best for weights 1 and 2, the other for 3: no rounding ranks them."""
    z_scores = normalise([[1.0, 4.0, 7.0], [2.0, 9.0, 7.5]], "z-score", directions=[1, -1, 1])
    found = aggregate(z_scores, [1, 3, 2], "arithmetic").scores
    assert found.tolist() == [0.0, 0.0]
    small = aggregate([[1e-300, -3e-300]], [1, 1], "arithmetic").scores
    assert small[0] == pytest.approx(-1e-300, rel=1e-9, abs=0.0)


def test_missing_value_is_left_out_above_the_coverage_threshold() -> None:
    values = [[1.0, np.nan], [np.nan, 5.0], [np.nan, np.nan]]
    found = aggregate(values, [3, 1], "arithmetic", minimum_coverage=0.75)
    assert found.coverage.tolist() == [0.75, 0.25, 0.0]
    assert found.scores[0] == 1.0
    assert np.isnan(found.scores[1:]).all()
    assert np.isnan(aggregate(values, [3, 1], "arithmetic").scores).all()


def test_missing_value_takes_no_part_in_the_normalisation() -> None:
    found = normalise([[1.0], [np.nan], [3.0]], "min-max")
    assert found[[0, 2], 0].tolist() == [0.0, 1.0]
    assert np.isnan(found[1, 0])


@pytest.mark.parametrize("value", [0.0, -1.0])
def test_geometric_mean_refuses_what_is_not_positive_and_says_where(value: float) -> None:
    with pytest.raises(CompositeError) as caught:
        aggregate([[1.0, 2.0], [3.0, value]], [1, 1], "geometric")
    error = caught.value
    assert (error.fault, error.item, error.indicator) == (Fault.NOT_POSITIVE, 1, 1)
    assert "item 1, indicator 1" in str(error)


def test_indicator_of_weight_zero_takes_no_part() -> None:
    found = aggregate([[2.0, -1.0], [3.0, np.nan]], [1, 0], "geometric")
    assert found.scores == pytest.approx([2.0, 3.0])
    assert found.coverage.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("call", "fault", "indicator"),
    [
        (lambda: normalise([[1.0, 5.0], [2.0, 5.0]], "z-score"), Fault.CONSTANT, 1),
        (lambda: normalise([[1.0, 5.0], [2.0, 5.0]], "min-max"), Fault.CONSTANT, 1),
        (lambda: normalise([[1.0]], "z-score"), Fault.TOO_FEW, 0),
        (lambda: normalise([[np.inf]], "none"), Fault.NOT_FINITE, 0),
        (lambda: normalise([[-1e308], [1e308]], "min-max"), Fault.OUT_OF_RANGE, 0),
        (lambda: normalise([[1.0]], "goalposts"), Fault.GOALPOSTS_MISSING, None),
        (
            lambda: normalise([[1.0]], "goalposts", goalposts=[[3.0, 3.0]]),
            Fault.GOALPOSTS_ORDER,
            0,
        ),
        (lambda: normalise([[1.0]], "none", directions=[0]), Fault.DIRECTION, 0),
        (lambda: aggregate([[1.0, 1.0]], [1, -1], "arithmetic"), Fault.WEIGHT, 1),
        (lambda: aggregate([[1.0, 1.0]], [1, np.nan], "arithmetic"), Fault.WEIGHT, 1),
        (lambda: aggregate([[1.0, 1.0]], [0, 0], "arithmetic"), Fault.WEIGHTS_ALL_ZERO, None),
        (lambda: aggregate([[np.inf]], [1], "arithmetic"), Fault.NOT_FINITE, 0),
    ],
)
def test_impossible_composites_say_why_and_where(call, fault, indicator) -> None:
    with pytest.raises(CompositeError) as caught:
        call()
    assert (caught.value.fault, caught.value.indicator) == (fault, indicator)


@given(
    st.lists(
        st.tuples(*[st.floats(0.01, 1000.0)] * 3),
        min_size=1,
        max_size=8,
    ),
    st.tuples(*[st.floats(0.1, 10.0)] * 3),
)
def test_geometric_mean_lies_between_the_least_value_and_the_arithmetic_mean(rows, weights) -> None:
    values = np.array(rows)
    geometric = aggregate(values, weights, "geometric").scores
    arithmetic = aggregate(values, weights, "arithmetic").scores
    assert (geometric <= arithmetic * (1 + 1e-9)).all()
    assert (geometric >= values.min(axis=1) * (1 - 1e-9)).all()
