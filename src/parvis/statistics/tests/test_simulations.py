import numpy as np
import pytest

from parvis.statistics.intervals import channel_intervals
from parvis.statistics.simulations import SCENARIOS, measure_coverage, table

WITHIN = (0.93, 0.97)


def assert_nominal(coverage) -> None:
    # The first three channels have 3, 6 and 8 contacts; two web-site audits are not promised.
    assert all(WITHIN[0] <= share <= WITHIN[1] for share in coverage.channels[:3]), coverage
    assert WITHIN[0] <= coverage.overall <= WITHIN[1], coverage


@pytest.mark.parametrize("name", SCENARIOS)
def test_intervals_cover_the_truth_on_a_small_simulation(name: str) -> None:
    assert_nominal(measure_coverage(SCENARIOS[name], runs=20, seed=20))


@pytest.mark.long
@pytest.mark.parametrize("name", SCENARIOS)
def test_intervals_cover_the_truth_on_the_full_simulation(name: str) -> None:
    assert_nominal(measure_coverage(SCENARIOS[name], runs=400, seed=20))


def test_plain_pooling_covers_less_when_organisations_differ() -> None:
    draw = SCENARIOS["unequal: half SD 10, half SD 30"]
    pooled = measure_coverage(draw, runs=20, seed=20, prior_df=float("inf"))
    moderated = measure_coverage(draw, runs=20, seed=20)
    assert moderated.channels[2] > pooled.channels[2] + 0.01


def test_same_seed_gives_the_same_table() -> None:
    first, second = (table(runs=1, seed=3, organisations=40) for _ in range(2))
    assert first == second
    assert first.count("\n") == 2 + 2 * len(SCENARIOS)


def coverage_of_erratic(prior_df: float | None) -> float:
    """Coverage at 8 contacts of the half of organisations with SD 30, the others having 10."""
    rng = np.random.default_rng(20)
    erratic = np.arange(320) % 2 == 1
    hits = []
    for _ in range(40):
        truth = rng.normal(55.0, 8.0, 320)
        noise = rng.normal(0.0, 1.0, (320, 8)) * np.where(erratic, 30.0, 10.0)[:, np.newaxis]
        found = channel_intervals(
            (truth[:, np.newaxis] + noise).ravel(),
            np.repeat(np.arange(320), 8),
            np.zeros(320 * 8, dtype=int),
            shape=(320, 1),
            groups=[],
            assumed_sd=25.0,
            prior_df=prior_df,
        )
        inside = (found.lower_percent[:, 0] <= truth) & (truth <= found.upper_percent[:, 0])
        hits.append(inside[erratic].mean())
    return float(np.mean(hits))


def test_moderation_protects_erratic_organisations() -> None:
    assert coverage_of_erratic(float("inf")) < 0.88
    assert coverage_of_erratic(None) > 0.90
