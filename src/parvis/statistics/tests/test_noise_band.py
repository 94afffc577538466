"""The band behind a trend: how often chance alone leaves it, and whether a change does."""

import numpy as np
import pytest

from parvis.statistics.noise_band import noise_band


def draw(rng, *, days, volume, share, correlation=0.0):
    total = rng.poisson(volume, days)
    level = np.full(days, share)
    if correlation:
        strength = 1 / correlation - 1
        level = rng.beta(share * strength, (1 - share) * strength, days)
    return rng.binomial(total, level), total


@pytest.mark.parametrize("days", [7, 30, 90])
@pytest.mark.parametrize(
    ("volume", "share", "correlation"),
    [(3, 0.8, 0.0), (20, 0.8, 0.0), (20, 0.95, 0.0), (200, 0.7, 0.0), (200, 0.7, 0.01)],
)
def test_chance_alone_leaves_the_band_in_one_period_out_of_twenty_at_most(
    days, volume, share, correlation
):
    """600 periods each: standard error 0.9 points at 5 %."""
    rng = np.random.default_rng(3)
    left = 0
    for _period in range(600):
        hits, total = draw(rng, days=days, volume=volume, share=share, correlation=correlation)
        if total.sum():
            left += noise_band(hits, total).outside.any()
    assert left / 600 <= 0.09


def test_a_bad_week_leaves_it():
    rng = np.random.default_rng(4)
    seen = 0
    for _period in range(100):
        hits, total = draw(rng, days=30, volume=60, share=0.8)
        hits[12:15] = rng.binomial(total[12:15], 0.5)
        found = noise_band(hits, total)
        seen += bool(found.outside[12:15].any() and not found.outside[:12].any())
    assert seen >= 85


def test_days_without_answer_are_no_point():
    found = noise_band([3, 0, 4], [5, 0, 5])
    assert np.isnan(found.share[1])
    assert (found.lower[1], found.upper[1], bool(found.outside[1])) == (0.0, 1.0, False)
    empty = noise_band([0, 0], [0, 0])
    assert np.isnan(empty.level)
    assert not empty.outside.any()


def test_few_answers_leave_chance_more_room():
    found = noise_band([4, 40, 400], [5, 50, 500])
    width = found.upper - found.lower
    assert width[0] > width[1] > width[2]
    assert ((found.lower >= 0) & (found.upper <= 1)).all()


@pytest.mark.parametrize(
    ("hits", "total"), [([1], [1, 2]), ([3], [2]), ([-1], [2]), ([[1]], [[2]])]
)
def test_what_are_no_counts_is_refused(hits, total):
    with pytest.raises(ValueError):
        noise_band(hits, total)
