"""Counts that chance gives, and counts that it does not."""

import math
import random

import pytest

from parvis.statistics.tests.chance import is_chance, poisson_tail


def test_the_tails_of_poisson() -> None:
    # From a table: 1 − 0.99949 and e⁻⁶.
    assert poisson_tail(16, 6) == pytest.approx(5.09e-4, rel=0.01)
    assert poisson_tail(0, 6) == pytest.approx(math.exp(-6))
    assert all(is_chance(found, 6) for found in (0, 16, 20))
    assert not any(is_chance(found, 6) for found in (25, 30, 72))
    assert [is_chance(found, 1000) for found in (0, 860, 1000, 1200)] == [False, True, True, False]


def test_a_random_matching_varies_as_poisson_says() -> None:
    rng, right = random.Random(3), []
    for _matching in range(20_000):
        order = rng.sample(range(12), 12)
        right.append(sum(place == drawn for place, drawn in enumerate(order)))
    for least in (2, 3, 4):
        share = sum(one >= least for one in right) / len(right)
        assert share == pytest.approx(poisson_tail(least, 1), abs=0.01)
