import numpy as np
import pytest
from scipy import stats

from parvis.statistics import variances
from parvis.statistics.intervals import (
    channel_intervals,
    weighted_intervals,
    wilson_interval,
    with_absent_channels,
)


@pytest.mark.parametrize(
    ("successes", "trials", "expected"), [(8, 9, (56, 98)), (3, 5, (23, 88)), (24, 30, (63, 90))]
)
def test_wilson_reference_values(successes: int, trials: int, expected: tuple[int, int]) -> None:
    lower, upper = wilson_interval(successes, trials)
    # The reference gives whole percents, 56.5 written 56.
    assert 100 * float(lower) == pytest.approx(expected[0], abs=0.6)
    assert 100 * float(upper) == pytest.approx(expected[1], abs=0.6)


def test_wilson_agrees_with_scipy_and_keeps_exact_limits() -> None:
    for trials in (1, 4, 17, 200):
        for successes in range(trials + 1):
            lower, upper = wilson_interval(successes, trials, confidence=0.9)
            oracle = stats.binomtest(successes, trials).proportion_ci(0.9, method="wilson")
            assert float(lower) == pytest.approx(oracle.low, abs=1e-12)
            assert float(upper) == pytest.approx(oracle.high, abs=1e-12)
    assert float(wilson_interval(0, 9)[0]) == 0.0
    assert float(wilson_interval(9, 9)[1]) == 1.0
    assert [float(limit) for limit in wilson_interval(0, 0)] == [0.0, 1.0]


@pytest.mark.parametrize(("successes", "trials"), [(-1, 5), (6, 5), (float("nan"), 5)])
def test_wilson_refuses_impossible_counts(successes: float, trials: int) -> None:
    with pytest.raises(ValueError, match="counts"):
        wilson_interval(successes, trials)


def long_format(cells: dict[tuple[int, int], list[float]]):
    """Rows of (scores, organisation, channel) from {(organisation, channel): scores}."""
    scores = np.concatenate([np.array(values, dtype=float) for values in cells.values()])
    organisation = np.concatenate([[key[0]] * len(v) for key, v in cells.items()]).astype(int)
    channel = np.concatenate([[key[1]] * len(v) for key, v in cells.items()]).astype(int)
    return scores, organisation, channel


def test_pooled_interval_is_the_textbook_one_when_variances_do_not_differ() -> None:
    cells = {(i, 0): [50.0 + i, 60.0 + i, 70.0 + i] for i in range(8)}
    found = channel_intervals(*long_format(cells), shape=(8, 1), groups=[], assumed_sd=25.0)
    half = stats.t.ppf(0.975, 16) * np.sqrt(100.0 / 3)
    assert found.degrees_of_freedom[:, 0].tolist() == [16.0] * 8
    assert found.lower_percent[0, 0] == pytest.approx(60.0 - half)
    assert found.upper_percent[0, 0] == pytest.approx(60.0 + half)
    assert (found.level == 0).all()


def test_moderated_variance_keeps_a_share_of_the_organisation_s_own() -> None:
    rng = np.random.default_rng(5)
    deviations = np.where(np.arange(60) % 2 == 0, 5.0, 25.0)
    cells = {(i, 0): list(rng.normal(60.0, deviations[i], 6)) for i in range(60)}
    found = variances.contact_variances(
        *long_format(cells), shape=(60, 1), groups=[], assumed_sd=25.0
    )
    own = np.array([np.var(cells[i, 0], ddof=1) for i in range(60)])
    moderated = found.variance[:, 0]
    assert np.argsort(moderated).tolist() == np.argsort(own).tolist()
    assert own.min() < moderated.min()
    assert moderated.max() < own.max()
    # d₀ + 5: with CV² near 0.85 for these two kinds, d₀ is between its least value 4 and 10.
    assert 9.0 < found.degrees_of_freedom[0, 0] < 15.0


def test_fallback_goes_from_stratum_to_wider_group_to_all_to_the_assumption() -> None:
    # Organisations 0-5: a stratum large enough; 6-7: too small, with 8-11 in the wider group;
    # 12: alone in both; channel 1: one contact each, nothing to estimate from.
    rng = np.random.default_rng(8)
    cells = {(i, 0): list(rng.normal(60.0, 10.0, 3)) for i in range(13)}
    cells |= {(i, 1): [70.0] for i in range(12)}
    stratum = [0] * 6 + [1] * 2 + [2] * 4 + [3]
    wider = [0] * 6 + [1] * 6 + [2]
    found = channel_intervals(
        *long_format(cells), shape=(13, 2), groups=[stratum, wider], assumed_sd=[99.0, 20.0]
    )
    assert found.level[:, 0].tolist() == [0] * 6 + [1] * 6 + [2]
    assert found.level[:, 1].tolist() == [variances.ASSUMED] * 12 + [variances.NO_CONTACT]
    assert found.variance_of_mean[0, 1] == 400.0
    assert np.isinf(found.degrees_of_freedom[0, 1])
    assert np.isnan(found.estimate_percent[12, 1])
    assert found.lower_percent[0, 1] == pytest.approx(70.0 - 1.959964 * 20.0, abs=1e-4)
    overall = weighted_intervals(found, [0.75, 0.25])
    assert overall.rests_on_assumption.tolist() == [True] * 12 + [False]


def test_group_without_variation_borrows_from_the_wider_one() -> None:
    rng = np.random.default_rng(8)
    cells = {(i, 0): [100.0] * 3 for i in range(6)}
    cells |= {(i, 0): list(rng.normal(60.0, 10.0, 3)) for i in range(6, 12)}
    found = channel_intervals(
        *long_format(cells), shape=(12, 1), groups=[[0] * 6 + [1] * 6], assumed_sd=25.0
    )
    assert found.level[:, 0].tolist() == [1] * 6 + [0] * 6
    assert (found.lower_percent[:6] < 100.0).all()
    assert (found.upper_percent[:6] == 100.0).all()


def test_no_variation_anywhere_is_believed() -> None:
    cells = {(i, 0): [100.0] * 3 for i in range(6)}
    found = channel_intervals(*long_format(cells), shape=(6, 1), groups=[], assumed_sd=25.0)
    assert found.lower_percent.tolist() == found.upper_percent.tolist() == [[100.0]] * 6


def test_intervals_are_clipped_to_the_scale() -> None:
    found = channel_intervals([2.0, 98.0], [0, 1], [0, 0], shape=(2, 1), groups=[], assumed_sd=25.0)
    assert found.lower_percent[0, 0] == 0.0
    assert found.upper_percent[1, 0] == 100.0


def test_overall_renormalises_the_weights_and_needs_its_coverage() -> None:
    scores, organisation, channel = [80.0, 60.0, 40.0, 80.0], [0, 0, 0, 1], [0, 1, 2, 0]
    found = channel_intervals(
        scores, organisation, channel, shape=(3, 4), groups=[], assumed_sd=10.0
    )
    overall = weighted_intervals(found, [30, 30, 25, 15])
    assert overall.coverage.tolist() == [0.85, 0.3, 0.0]
    assert overall.estimate_percent[0] == pytest.approx((30 * 80 + 30 * 60 + 25 * 40) / 85)
    assert overall.standard_error[0] == pytest.approx(10 * np.sqrt(30**2 + 30**2 + 25**2) / 85)
    assert np.isnan(overall.estimate_percent[1:]).all()
    assert np.isnan(overall.lower_percent[1:]).all()


def test_coverage_reached_but_for_rounding_is_reached() -> None:
    found = channel_intervals(
        [80.0, 60.0, 70.0], [0] * 3, [0, 1, 2], shape=(1, 4), groups=[], assumed_sd=10.0
    )
    weights = [0.1, 0.2, 0.3, 0.4]
    assert (0.1 + 0.2 + 0.3) / sum(weights) != 0.6
    assert np.isfinite(weighted_intervals(found, weights).estimate_percent).all()


def test_absent_mandatory_channel_scores_zero_without_uncertainty() -> None:
    found = channel_intervals([80.0], [0], [0], shape=(1, 2), groups=[], assumed_sd=10.0)
    absent = with_absent_channels(found, [[False, True]])
    overall = weighted_intervals(absent, [0.5, 0.5])
    assert absent.level[0, 1] == variances.ABSENT_CHANNEL
    assert overall.estimate_percent.tolist() == [40.0]
    assert overall.standard_error.tolist() == [5.0]
    with pytest.raises(ValueError, match="cannot be absent"):
        with_absent_channels(found, [[True, False]])


def test_sum_of_students_has_their_variance_and_fourth_moment() -> None:
    rng = np.random.default_rng(12)
    cells = {(i, j): list(rng.normal(60.0, 10.0 + 5 * j, 3)) for i in range(5) for j in range(2)}
    found = channel_intervals(
        *long_format(cells), shape=(5, 2), groups=[], assumed_sd=1.0, prior_df=float("inf")
    )
    overall = weighted_intervals(found, [0.5, 0.5])
    scale2 = 0.25 * found.variance_of_mean[0]
    degrees = found.degrees_of_freedom[0]
    variance = (scale2 * degrees / (degrees - 2)).sum()
    fourth_cumulant = (6 / (degrees - 4) * (scale2 * degrees / (degrees - 2)) ** 2).sum()
    nu, scale = overall.degrees_of_freedom[0], overall.standard_error[0]
    assert scale**2 * nu / (nu - 2) == pytest.approx(variance)
    assert 6 / (nu - 4) * variance**2 == pytest.approx(fourth_cumulant)


def test_same_input_gives_the_same_bits() -> None:
    rng = np.random.default_rng(4)
    rows = rng.random(900) * 100, rng.integers(0, 60, 900), rng.integers(0, 5, 900)
    settings = {"shape": (60, 5), "groups": [np.arange(60) % 7], "assumed_sd": 25.0}
    first, second = (
        weighted_intervals(channel_intervals(*rows, **settings), [30, 30, 25, 15, 0])
        for _ in range(2)
    )
    assert first.lower_percent.tobytes() == second.lower_percent.tobytes()
    assert first.upper_percent.tobytes() == second.upper_percent.tobytes()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"assumed_sd": -1.0}, "assumed_sd"),
        ({"groups": [[0, 0]]}, "group must have shape"),
        ({"confidence": 1.0}, "confidence"),
        ({"minimum_df": 3.0}, "minimum_df"),
        ({"prior_df": 4.0}, "prior_df"),
    ],
)
def test_bad_settings_are_refused(change, message) -> None:
    settings = {"shape": (1, 1), "groups": [], "assumed_sd": 10.0} | change
    with pytest.raises(ValueError, match=message):
        channel_intervals([50.0], [0], [0], **settings)


@pytest.mark.parametrize("weights", [[0.0], [-1.0], [1.0, 1.0], [float("nan")]])
def test_bad_weights_are_refused(weights) -> None:
    found = channel_intervals([50.0], [0], [0], shape=(1, 1), groups=[], assumed_sd=10.0)
    with pytest.raises(ValueError, match="weights"):
        weighted_intervals(found, weights)
