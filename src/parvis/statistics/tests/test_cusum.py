"""The drop alarm: published run lengths, exact cases, and its false-alarm rate by simulation."""

import numpy as np
import pytest
from scipy.stats import norm

from parvis.statistics.alarm_simulations import PLACES, measure_alarms
from parvis.statistics.cusum import (
    Reference,
    false_alarm_threshold,
    increments,
    mean_run_length,
    path,
    reference_of,
    worse_share,
)

USUAL = Reference(share=0.2, dispersion=1.0, volumes=(20,) * 8, active_share=0.8, answers=2000)


@pytest.mark.parametrize(
    ("shift", "threshold", "published"),
    [(0.0, 4.0, 335.4), (0.0, 5.0, 930.9), (1.0, 4.0, 8.38), (1.0, 5.0, 10.4)],
)
def test_mean_run_lengths_of_the_normal_cusum(shift, threshold, published):
    """One-sided, allowance 0.5: Hawkins and Olwell (1998), Montgomery's table 9.3."""
    grid = np.linspace(-8, 8, 1601)
    weights = norm.pdf(grid)
    found = mean_run_length(grid + shift - 0.5, weights / weights.sum(), threshold, states=400)
    assert found == pytest.approx(published, rel=0.01)


def test_run_length_of_a_walk_solved_by_hand():
    """Steps ±1, held at zero: from zero to h takes h (h + 1) steps on average."""
    steps, chances = np.array([1.0, -1.0]), np.array([0.5, 0.5])
    for threshold in (1, 2, 5):
        found = mean_run_length(steps, chances, float(threshold), states=20 * threshold)
        assert found == pytest.approx(threshold * (threshold + 1), rel=1e-6)


def test_the_sum_is_that_of_its_definition():
    rng = np.random.default_rng(5)
    steps = rng.normal(-0.1, 1.0, (3, 200))
    expected = np.zeros_like(steps)
    for row in range(3):
        reached = 0.0
        for day in range(200):
            reached = max(0.0, reached + steps[row, day])
            expected[row, day] = reached
    assert path(steps) == pytest.approx(expected)


def test_evidence_is_the_likelihood_ratio():
    raised = worse_share(0.2)
    assert raised == pytest.approx(1 / 3)
    expected = 3 * np.log(raised / 0.2) + 7 * np.log((1 - raised) / 0.8)
    assert increments([3], [10], USUAL)[0] == pytest.approx(expected)
    halved = Reference(0.2, 2.0, (10,), 1.0, 100)
    assert increments([3], [10], halved)[0] == pytest.approx(expected / 2)


def test_a_reference_sees_how_days_vary():
    rng = np.random.default_rng(6)
    total = np.full(400, 50)
    alike = reference_of(rng.binomial(total, 0.3), total)
    varied = reference_of(rng.binomial(total, rng.beta(6, 14, 400)), total)
    assert alike.dispersion < 1.3
    # 1 + (n − 1) / (a + b + 1)
    assert varied.dispersion == pytest.approx(1 + 49 / 21, rel=0.2)


def test_a_share_of_none_or_all_stays_inside():
    assert 0 < reference_of([0] * 30, [10] * 30).share < 0.01
    assert 0.99 < reference_of([10] * 30, [10] * 30).share < 1
    for extreme in (reference_of([0] * 30, [10] * 30), reference_of([10] * 30, [10] * 30)):
        assert np.isfinite(false_alarm_threshold(extreme, days_between=365))


def test_rarer_alarms_need_a_higher_threshold():
    found = [false_alarm_threshold(USUAL, days_between=days) for days in (30, 91, 365, 3650)]
    assert found == sorted(found)
    assert len(set(found)) == 4
    assert found == [false_alarm_threshold(USUAL, days_between=d) for d in (30, 91, 365, 3650)]


@pytest.mark.parametrize(
    "call",
    [
        lambda: reference_of([0], [0]),
        lambda: reference_of([2], [1]),
        lambda: reference_of([1, 2], [3]),
        lambda: worse_share(0.0),
        lambda: worse_share(0.5, 1.0),
        lambda: false_alarm_threshold(USUAL, days_between=3),
        lambda: mean_run_length(np.array([1.0]), np.array([1.0]), 0.0),
        lambda: mean_run_length(np.array([1.0]), np.array([0.5]), 1.0),
    ],
)
def test_what_makes_no_sense_is_refused(call):
    with pytest.raises(ValueError):
        call()


def test_the_rate_calibrated_is_the_rate_found():
    """Reference known exactly, no caution added: the Markov chain alone, over 3,000 years."""
    known = Reference(0.2, 1.0, (20,) * 8, 1.0, 10**12)
    threshold = false_alarm_threshold(known, days_between=365)
    rng = np.random.default_rng(8)
    bad = rng.binomial(20, 0.2, (3000, 365))
    steps = increments(bad, np.full(bad.shape, 20), known)
    sums, alarms = np.zeros(3000), 0
    for day in range(365):
        sums = np.maximum(0.0, sums + steps[:, day])
        over = sums >= threshold
        alarms += int(over.sum())
        sums[over] = 0.0
    assert alarms / 3000 == pytest.approx(1.0, abs=0.12)


@pytest.mark.parametrize(
    "place", [PLACES[0], PLACES[2], PLACES[4], PLACES[6]], ids=lambda p: p.name
)
def test_at_most_one_false_alarm_a_year_on_a_small_simulation(place):
    """The whole procedure, reference learned: 50 years; two standard errors above the promise."""
    found = measure_alarms(place, runs=200, seed=2)
    assert found.false_alarms_a_year <= 1.3
    assert found.found[1] >= 0.95


@pytest.mark.long
@pytest.mark.parametrize("place", PLACES, ids=lambda p: p.name)
def test_at_most_one_false_alarm_a_year_on_the_full_simulation(place):
    """1,000 years a place: standard error near 0.03."""
    found = measure_alarms(place, runs=4000, seed=20261126)
    assert found.false_alarms_a_year <= 1.1
    assert found.found[0] >= 0.9


def test_the_promise_of_four_a_year_is_another():
    once = measure_alarms(PLACES[2], runs=120, seed=9)
    often = measure_alarms(PLACES[2], runs=120, seed=9, alarms_a_year=4.0)
    assert once.false_alarms_a_year < often.false_alarms_a_year <= 4.6
    assert often.delay_days[0] <= once.delay_days[0]
