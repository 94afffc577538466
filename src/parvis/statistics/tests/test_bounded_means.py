"""Means of answers on 0–100: known values, and intervals that cover a known truth."""

from __future__ import annotations

import numpy as np
import pytest

from parvis.statistics.bounded_means import bounded_means

SMILEYS = np.array([0.0, 100 / 3, 200 / 3, 100.0])


def sums(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return counts.sum(axis=-1), counts @ SMILEYS, counts @ SMILEYS**2


def test_the_estimate_is_the_mean_of_the_answers():
    found = bounded_means(*sums(np.array([[10, 10, 10, 10], [0, 0, 0, 30], [30, 0, 0, 0]])))
    assert found.estimate_percent.tolist() == pytest.approx([50, 100, 0])
    # Everybody agrees: the interval still has a width, on the side where there is room.
    assert found.upper_percent[1] == 100
    assert 85 < found.lower_percent[1] < 95
    assert found.lower_percent[2] == 0
    assert found.upper_percent[2] == pytest.approx(100 - found.lower_percent[1])


def test_with_many_varied_answers_it_is_the_usual_interval():
    counts = np.array([1000, 900, 2100, 6000])
    n, total, square = sums(counts)
    found = bounded_means(n, total, square)
    spread = np.sqrt(square / n - (total / n) ** 2) / np.sqrt(n)
    assert float(found.lower_percent) == pytest.approx(total / n - 1.96 * spread, abs=0.03)
    assert float(found.upper_percent) == pytest.approx(total / n + 1.96 * spread, abs=0.03)


@pytest.mark.parametrize(
    ("shares", "answers"),
    [
        ((0.10, 0.09, 0.21, 0.60), 30),
        ((0.10, 0.09, 0.21, 0.60), 300),
        ((0.25, 0.25, 0.25, 0.25), 30),
        ((0.5, 0.0, 0.0, 0.5), 100),
        ((0.01, 0.02, 0.07, 0.90), 30),
    ],
)
def test_the_interval_covers_the_truth(shares, answers):
    counts = np.random.default_rng(7).multinomial(answers, shares, size=20_000)
    found = bounded_means(*sums(counts))
    truth = float(np.array(shares) @ SMILEYS)
    covered = (found.lower_percent <= truth) & (truth <= found.upper_percent)
    assert 0.93 <= covered.mean() <= 0.97


def test_no_answer_gives_no_figure():
    found = bounded_means([0, 30], [0.0, 1500.0], [0.0, 90_000.0])
    assert np.isnan(found.estimate_percent[0])
    assert np.isnan(found.lower_percent[0])
    assert found.estimate_percent[1] == 50


@pytest.mark.parametrize(
    "impossible", [(-1, 0, 0), (2, 250, 25_000), (2, 100, 20_001), (2, 100, 4_000), (0, 5, 25)]
)
def test_sums_that_no_answers_give_are_refused(impossible):
    with pytest.raises(ValueError, match="between 0 and 100"):
        bounded_means(*impossible)
