"""The one clock of all delays: working hours of the body, in its own time zone and public holidays.

A working day is 9:00-17:00 local time, 8 working hours; Saturdays, Sundays and public holidays have
none. What is sent outside counts from the next opening. A limit of N working days is 8 N working
hours. Local clocks never change between 9:00 and 17:00, so summer time moves no result.

The public holidays are those of the `holidays` library, Alsace-Moselle and overseas included. Good
Friday is counted as one in all of Alsace-Moselle, although the law of 1892 keeps it to the communes
with a Protestant church or a mixed one: no public list says which.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from zoneinfo import ZoneInfo

import holidays

OPENING_HOUR = 9
CLOSING_HOUR = 17
HOURS_PER_DAY = CLOSING_HOUR - OPENING_HOUR

_MICROSECONDS_PER_HOUR = 3_600_000_000
_OPENING = OPENING_HOUR * _MICROSECONDS_PER_HOUR
_CLOSING = CLOSING_HOUR * _MICROSECONDS_PER_HOUR
_DAY = _CLOSING - _OPENING

# Territories with holidays of their own: département code → ISO 3166 country or its subdivision.
_TERRITORIES = {
    "57": "FR-57",
    "67": "FR-6AE",
    "68": "FR-6AE",
    "971": "GP",
    "972": "MQ",
    "973": "GF",
    "974": "RE",
    "975": "PM",
    "976": "YT",
    "977": "BL",
    "978": "MF",
    "984": "FR-TF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
METROPOLITAN = "FR"

_TIME_ZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "984": "Indian/Kerguelen",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}


def territory_of(departement_code: str) -> str:
    """The territory whose public holidays apply ("FR", "FR-57", "RE", …); "FR" for no code."""
    return _TERRITORIES.get(departement_code, METROPOLITAN)


def time_zone_of(departement_code: str) -> str:
    """The IANA time zone of a département or overseas territory; Paris for no code.

    French Polynesia is given the time of Tahiti, where its administration sits.
    """
    return _TIME_ZONES.get(departement_code, "Europe/Paris")


def is_working_day(day: date, *, departement_code: str) -> bool:
    """Whether a body of this département receives the public on this day."""
    first, before = _year(territory_of(departement_code), day.year)
    index = day.toordinal() - first
    return before[index + 1] > before[index]


def working_hours_between(start: datetime, end: datetime, *, departement_code: str) -> float:
    """Working hours from `start` to `end`, both aware, at a body of this département.

    Raises `ValueError` when an instant has no time zone or when `end` precedes `start`.
    """
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("working hours are counted between instants with a time zone")
    if end < start:
        raise ValueError("the end precedes the start")
    zone, territory = _place(departement_code)
    first, last = start.astimezone(zone), end.astimezone(zone)
    elapsed = _elapsed_in_year(territory, last) - _elapsed_in_year(territory, first)
    for year in range(first.year, last.year):
        elapsed += _year(territory, year)[1][-1] * _DAY
    return elapsed / _MICROSECONDS_PER_HOUR


def add_working_hours(start: datetime, hours: float, *, departement_code: str) -> datetime:
    """The first instant, in the body's zone, at which `hours` working hours have gone by.

    A whole number of days ends at a closing: a request of Monday 9:00 with a limit of 8 hours ends
    on Monday at 17:00. `start` is aware; raises `ValueError` otherwise, or if `hours` is negative.
    """
    if start.tzinfo is None:
        raise ValueError("working hours are counted from an instant with a time zone")
    if hours < 0:
        raise ValueError("a delay is not negative")
    zone, territory = _place(departement_code)
    local = start.astimezone(zone)
    remaining = round(hours * _MICROSECONDS_PER_HOUR)
    if remaining == 0:
        return local
    target, year = _elapsed_in_year(territory, local) + remaining, local.year
    first, before = _year(territory, year)
    while target > before[-1] * _DAY:
        target -= before[-1] * _DAY
        year += 1
        first, before = _year(territory, year)
    # The last day wholly needed or begun: the first whose closing reaches the target.
    days = -(-target // _DAY)
    day = date.fromordinal(first + bisect_left(before, days) - 1)
    inside = target - (days - 1) * _DAY
    opening = datetime.combine(day, time(OPENING_HOUR), tzinfo=zone)
    return opening + timedelta(microseconds=inside)


def _elapsed_in_year(territory: str, local: datetime) -> int:
    """Working microseconds from the first of January to `local`, a time of the body's zone."""
    first, before = _year(territory, local.year)
    index = local.toordinal() - first
    elapsed = before[index] * _DAY
    if before[index + 1] > before[index]:
        seconds = local.hour * 3600 + local.minute * 60 + local.second
        clock = seconds * 1_000_000 + local.microsecond
        elapsed += min(max(clock, _OPENING), _CLOSING) - _OPENING
    return elapsed


@cache
def _year(territory: str, year: int) -> tuple[int, tuple[int, ...]]:
    """Ordinal of the first of January, and the working days before each day of the year.

    The tuple has one more item than the year has days: the working days of the whole year.
    """
    country, _separator, subdivision = territory.partition("-")
    closed = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    first = date(year, 1, 1).toordinal()
    days = map(date.fromordinal, range(first, date(year + 1, 1, 1).toordinal()))
    working = (day.weekday() < 5 and day not in closed for day in days)
    return first, tuple(accumulate(working, initial=0))


@cache
def _place(departement_code: str) -> tuple[ZoneInfo, str]:
    return ZoneInfo(time_zone_of(departement_code)), territory_of(departement_code)
