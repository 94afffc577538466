"""Summaries of the four smileys, against known cases and a simulated truth."""

import numpy as np
import pytest

from parvis.statistics.intervals import wilson_interval
from parvis.statistics.satisfaction import PLACES_PERCENT, summarise


def test_figures_of_a_known_table():
    found = summarise([[10, 20, 30, 40], [0, 0, 0, 0]])
    assert found.mean_percent[0] == pytest.approx(100 / 3 * (20 + 60 + 120) / 100)
    assert found.share[0] == pytest.approx(0.7)
    assert found.net[0] == pytest.approx(40.0)
    assert np.isnan(found.mean_percent[1])
    assert (found.mean_lower[1], found.mean_upper[1]) == (0.0, 100.0)
    assert (found.net_lower[1], found.net_upper[1]) == (-100.0, 100.0)


def test_net_satisfaction_has_the_interval_of_the_share():
    lower, upper = wilson_interval(7, 9)
    found = summarise([1, 1, 3, 4])
    assert found.net_lower == pytest.approx(200 * lower - 100)
    assert found.net_upper == pytest.approx(200 * upper - 100)


def test_answers_at_both_ends_give_the_interval_of_agresti_and_coull():
    """8 of 9, 95 %: published centre (8 + z²/2) / (9 + z²), here written out."""
    z2 = 1.959963984540054**2
    centre, more = (8 + z2 / 2) / (9 + z2), 9 + z2
    half = np.sqrt(z2 * centre * (1 - centre) / more)
    found = summarise([1, 0, 0, 8])
    assert found.mean_lower == pytest.approx(100 * (centre - half))
    assert found.mean_upper == pytest.approx(min(100.0, 100 * (centre + half)))


@pytest.mark.parametrize("counts", [[1, 2, 3], 5, [1, -1, 0, 0], [1, np.nan, 0, 0]])
def test_what_is_no_table_of_counts_is_refused(counts):
    with pytest.raises(ValueError):
        summarise(counts)


@pytest.mark.parametrize("answers", [5, 12, 30, 200])
@pytest.mark.parametrize(
    "shares", [(0.1, 0.15, 0.35, 0.4), (0.02, 0.03, 0.15, 0.8), (0.4, 0.1, 0.1, 0.4)]
)
def test_the_intervals_cover_the_truth(answers, shares):
    """20,000 draws each: standard error of a share near 0.95 is 0.15 points."""
    rng = np.random.default_rng(7)
    found = summarise(rng.multinomial(answers, shares, size=20_000))
    truth = float(np.array(shares) @ PLACES_PERCENT)
    mean = ((found.mean_lower <= truth) & (truth <= found.mean_upper)).mean()
    good = shares[2] + shares[3]
    net = 100 * (2 * good - 1)
    covered = ((found.net_lower <= net) & (net <= found.net_upper)).mean()
    assert 0.935 <= mean <= 0.995
    # Wilson, whose coverage oscillates with the share for so few answers.
    assert 0.90 <= covered <= 0.99
    assert (found.mean_lower <= found.mean_percent + 1e-9).all()
    assert (found.mean_percent <= found.mean_upper + 1e-9).all()
