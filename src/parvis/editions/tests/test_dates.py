"""Moments of an edition in words: hours as French texts write them, zones by the name of a city."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import translation

from parvis.editions.dates import (
    TIME_ZONES,
    exact_moment_in_words,
    moment_in_words,
    zone_in_words,
)

DEADLINE = datetime(2026, 12, 7, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Paris", "7 décembre 2026 à 18 h 00 (heure de Paris)"),
        ("Pacific/Noumea", "8 décembre 2026 à 4 h 00 (heure de Nouméa)"),
        ("Indian/Reunion", "7 décembre 2026 à 21 h 00 (heure de La Réunion)"),
        ("America/St_Johns", "7 décembre 2026 à 13 h 30 (heure de St Johns)"),
    ],
)
def test_a_moment_is_told_by_the_clocks_of_a_place(zone: str, words: str) -> None:
    assert moment_in_words(DEADLINE, zone).replace("\u00a0", " ") == words


def test_seconds_are_told_only_when_there_are_some() -> None:
    last_second = DEADLINE.replace(minute=59, second=59)
    told = moment_in_words(last_second, "Europe/Paris").replace("\u00a0", " ")
    assert told == "7 décembre 2026 à 18 h 59 et 59 secondes (heure de Paris)"


def test_a_refusal_adds_the_distance_to_utc() -> None:
    told = exact_moment_in_words(DEADLINE, "Pacific/Marquesas").replace("\u00a0", " ")
    assert told == "7 décembre 2026 à 7 h 30 (heure des Marquises, UTC-09:30)"


def test_no_identifier_of_a_zone_is_shown_for_the_zones_offered() -> None:
    for zone, _label in TIME_ZONES:
        assert "/" not in zone_in_words(zone)


def test_english_pages_keep_hours_from_0_to_24() -> None:
    with translation.override("en"):
        assert "7 December 2026" in moment_in_words(DEADLINE, "Europe/Paris")
        assert "18:00" in moment_in_words(DEADLINE, "Europe/Paris")
