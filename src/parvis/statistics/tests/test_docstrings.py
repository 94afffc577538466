"""The examples of the docstrings run, and give what they say."""

import doctest
import importlib

import pytest

MODULES = [
    "alarm_simulations",
    "attack",
    "budgets",
    "composite",
    "cusum",
    "disclosure",
    "expected_range",
    "intervals",
    "noise_band",
    "opinion_groups",
    "pair_ranking",
    "poll_attack",
    "poll_coarse",
    "poll_disclosure",
    "poll_scores",
    "poll_tables",
    "ranks",
    "satisfaction",
    "scoring",
    "simulations",
    "variances",
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    outcome = doctest.testmod(importlib.import_module(f"parvis.statistics.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0
