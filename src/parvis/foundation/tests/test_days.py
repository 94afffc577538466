"""Days and large numbers as French and English texts write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import engines
from django.utils import timezone, translation

from parvis.foundation.days import day_in_words


@pytest.mark.parametrize(
    ("language", "day", "words"),
    [
        ("fr", date(2025, 10, 1), "1er octobre 2025"),
        ("fr", date(2025, 10, 2), "2 octobre 2025"),
        ("fr", date(2025, 10, 11), "11 octobre 2025"),
        ("fr", date(2025, 10, 21), "21 octobre 2025"),
        ("en", date(2025, 10, 1), "1 October 2025"),
    ],
)
def test_the_first_of_a_month_is_written_as_it_is_said(
    language: str, day: date, words: str
) -> None:
    with translation.override(language):
        assert day_in_words(day) == words


def test_a_page_tells_the_day_of_the_place_and_groups_thousands() -> None:
    page = engines["django"].from_string(
        "{{ at|day_in_words }};{{ none|day_in_words }};{{ count|grouped }};{{ none|grouped }}"
    )
    late = datetime(2025, 9, 30, 23, 30, tzinfo=UTC)
    with timezone.override(ZoneInfo("Europe/Paris")):
        shown = page.render({"at": late, "count": 13094, "none": None})
    assert shown.replace("\u202f", " ").replace("\u00a0", " ") == "1er octobre 2025;;13 094;–"
