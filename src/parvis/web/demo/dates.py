"""The calendar of a demonstration, relative to the day it is built.

The published edition has the shape of edition 8 (2020): a wave in February and March, another from
June to September, the municipal elections in between. Both waves are over and the embargo that the
elections opened has ended. The current edition is a few days into its first wave.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from parvis.editions.rules import WaveRule

ZONE = ZoneInfo("Europe/Paris")
# Fieldwork ends in mid-September, and the second wave is closed two weeks later.
_PUBLISHED_FROM = (10, 15)
CLOSING_DELAY = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class EditionDates:
    """When registrations are open, and the waves."""

    year: int
    registration_opens_at: datetime
    registration_closes_at: datetime
    waves: tuple[WaveRule, WaveRule]


def published_dates(today: date) -> EditionDates:
    """The last edition wholly over on that day."""
    year = today.year if (today.month, today.day) >= _PUBLISHED_FROM else today.year - 1
    first, second = _first_monday(year, 2), _first_monday(year, 6)
    return EditionDates(
        year,
        moment(date(year - 1, 10, 1), 9),
        moment(date(year, 1, 16), 12),
        (
            WaveRule(first, first + timedelta(days=39)),
            WaveRule(second, second + timedelta(days=109)),
        ),
    )


def municipal_elections(year: int) -> tuple[date, date]:
    """The two rounds, on the third and fourth Sundays of March."""
    first_of_march = date(year, 3, 1)
    first_sunday = first_of_march + timedelta(days=6 - first_of_march.weekday())
    return first_sunday + timedelta(days=14), first_sunday + timedelta(days=21)


def current_dates(today: date) -> EditionDates:
    """An edition whose registrations are open and whose first wave began two weeks ago."""
    return EditionDates(
        published_dates(today).year + 1,
        moment(today - timedelta(days=45), 9),
        moment(today + timedelta(days=14), 18),
        (
            WaveRule(today - timedelta(days=14), today + timedelta(days=42)),
            WaveRule(today + timedelta(days=120), today + timedelta(days=165)),
        ),
    )


def moment(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=ZONE)


def _first_monday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=-first.weekday() % 7)
