"""The scenario library: complete in both languages, for every kind of body on every channel."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import yaml

from parvis.organisations.enums import OrganisationKind
from parvis.questionnaires.enums import Channel

LIBRARY_FILE = Path(__file__).parents[1] / "data" / "scenarios.yaml"
TEXTS = ("title", "persona", "request", "good_answer")


@cache
def scenarios() -> list[dict]:
    return yaml.safe_load(LIBRARY_FILE.read_text(encoding="utf-8"))["scenarios"]


def kinds_of(scenario: dict) -> set[str]:
    return set(OrganisationKind.values) if scenario["kinds"] == "all" else set(scenario["kinds"])


def test_counts_per_channel():
    assert Counter(scenario["channel"] for scenario in scenarios()) == {
        "phone": 13,
        "email": 13,
        "post": 9,
        "visit": 8,
        "social": 7,
        "website": 3,
    }


@pytest.mark.parametrize("kind", OrganisationKind.values)
def test_every_kind_of_body_can_be_tested_on_every_channel(kind):
    covered = {scenario["channel"] for scenario in scenarios() if kind in kinds_of(scenario)}
    assert covered == set(Channel.values)


@pytest.mark.parametrize("channel", ["phone", "email", "post", "social", "visit"])
def test_the_most_frequent_bodies_are_not_always_asked_the_same(channel):
    for kind in ("commune", "epci"):
        fitting = [s for s in scenarios() if s["channel"] == channel and kind in kinds_of(s)]
        assert len(fitting) >= 3


def test_codes_are_unique_and_start_with_their_channel():
    codes = [scenario["code"] for scenario in scenarios()]
    assert len(set(codes)) == len(codes)
    for scenario in scenarios():
        assert re.fullmatch(rf"{scenario['channel']}(-[a-z]+)+", scenario["code"])
        assert len(scenario["code"]) <= 60


def test_entries_are_complete_in_both_languages():
    for scenario in scenarios():
        assert set(scenario) == {"code", "channel", "kinds", *TEXTS}
        assert kinds_of(scenario) <= set(OrganisationKind.values)
        for entry in TEXTS:
            assert set(scenario[entry]) == {"fr", "en"}
            assert all(text.strip() for text in scenario[entry].values())
            assert scenario[entry]["fr"] != scenario[entry]["en"]


def test_french_typography():
    for scenario in scenarios():
        for entry in TEXTS:
            text = scenario[entry]["fr"]
            assert "'" not in text, text
            assert not re.search(r" [:;?!»%]|« ", text), text


def test_no_scenario_speaks_of_those_who_govern_or_stand_for_election():
    elected = re.compile(
        r"\b(maire|maires|élue?s?|adjointe?s?|candidate?s?|conseill(er|ère)s? (municipal|régional"
        r"|départemental)\w*|député\w*|sénat\w+|ministre|mayor|councillors?|elected|candidates?)\b",
        re.IGNORECASE,
    )
    for scenario in scenarios():
        for entry in TEXTS:
            for text in scenario[entry].values():
                assert not elected.search(text), text
