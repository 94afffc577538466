"""The one clock, against dates computed by hand and against a slower, simpler clock."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.foundation.working_time import (
    add_working_hours,
    is_working_day,
    territory_of,
    time_zone_of,
    working_hours_between,
)

PARIS = ZoneInfo("Europe/Paris")
UTC = ZoneInfo("UTC")


def at(text: str, zone: str = "Europe/Paris") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("start", "end", "departement", "hours"),
    [
        # A whole working day, and the same with the closed hours around it.
        ("2026-03-02 09:00", "2026-03-02 17:00", "75", 8.0),
        ("2026-03-02 00:00", "2026-03-03 00:00", "75", 8.0),
        ("2026-03-02 09:00", "2026-03-02 09:01", "75", 1 / 60),
        # Sent on a Saturday: counts from Monday's opening.
        ("2026-03-07 14:00", "2026-03-09 10:30", "75", 1.5),
        # Sent on Friday evening, read on Monday before the opening: no working time went by.
        ("2026-03-06 17:00", "2026-03-09 09:00", "75", 0.0),
        ("2026-03-06 16:00", "2026-03-09 10:00", "75", 2.0),
        # Friday 8 May 2026 is a public holiday.
        ("2026-05-07 16:00", "2026-05-11 10:00", "75", 2.0),
        # Good Friday (3 April 2026) in Alsace-Moselle only, Easter Monday (6 April) everywhere.
        ("2026-04-02 16:00", "2026-04-07 10:00", "67", 2.0),
        ("2026-04-02 16:00", "2026-04-07 10:00", "57", 2.0),
        ("2026-04-02 16:00", "2026-04-07 10:00", "75", 10.0),
        # Boxing Day 2025 is a Friday.
        ("2025-12-24 17:00", "2025-12-29 09:00", "68", 0.0),
        ("2025-12-24 17:00", "2025-12-29 09:00", "54", 8.0),
        # The clocks change in the night of 29 March 2026, a Sunday.
        ("2026-03-27 16:30", "2026-03-30 09:30", "75", 1.0),
        # Over a year's end: Wednesday 31 December 2025, Thursday holiday, Friday.
        ("2025-12-31 15:00", "2026-01-02 11:00", "75", 4.0),
        # Years with all their holidays: 2026 has 261 weekdays, 9 of them public holidays.
        ("2026-01-01 00:00", "2027-01-01 00:00", "75", (261 - 9) * 8.0),
        ("2024-06-03 09:00", "2027-06-01 09:00", "", None),
    ],
)
def test_known_delays(start: str, end: str, departement: str, hours: float | None) -> None:
    if hours is None:
        hours = slow_clock(at(start), at(end), departement)
    assert working_hours_between(at(start), at(end), departement_code=departement) == pytest.approx(
        hours, abs=1e-9
    )


@pytest.mark.parametrize(
    ("departement", "zone", "day"),
    [
        ("971", "America/Guadeloupe", "2026-05-27"),
        ("972", "America/Martinique", "2026-05-22"),
        ("973", "America/Cayenne", "2026-06-10"),
        ("974", "Indian/Reunion", "2028-12-20"),
        ("976", "Indian/Mayotte", "2026-04-27"),
        ("977", "America/St_Barthelemy", "2026-10-09"),
        ("978", "America/Marigot", "2026-05-28"),
        ("988", "Pacific/Noumea", "2026-09-24"),
        ("987", "Pacific/Tahiti", "2026-03-05"),
        ("986", "Pacific/Wallis", "2026-04-28"),
    ],
)
def test_overseas_bodies_keep_their_own_holidays_and_hours(
    departement: str, zone: str, day: str
) -> None:
    assert time_zone_of(departement) == zone
    opening, closing = at(f"{day} 09:00", zone), at(f"{day} 17:00", zone)
    assert working_hours_between(opening, closing, departement_code=departement) == 0
    assert not is_working_day(opening.date(), departement_code=departement)
    assert is_working_day(opening.date(), departement_code="75")


def test_the_same_minutes_count_where_the_body_is_open() -> None:
    start, end = at("2026-07-01 08:00", "UTC"), at("2026-07-01 09:00", "UTC")
    assert working_hours_between(start, end, departement_code="75") == 1
    assert working_hours_between(start, end, departement_code="971") == 0  # 4 in the morning
    assert working_hours_between(start, end, departement_code="974") == 1


def test_unknown_and_national_codes_follow_paris() -> None:
    for code in ("", "2A", "2B", "01", "99"):
        assert (territory_of(code), time_zone_of(code)) == ("FR", "Europe/Paris")


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-02 09:00", 8, "2026-03-02 17:00"),
        ("2026-03-02 09:00", 8.5, "2026-03-03 09:30"),
        ("2026-03-06 16:00", 2, "2026-03-09 10:00"),
        ("2026-03-07 03:00", 1, "2026-03-09 10:00"),
        ("2026-03-07 03:00", 0, "2026-03-07 03:00"),
        ("2026-03-02 08:00", 80, "2026-03-13 17:00"),
        ("2025-12-31 15:00", 4, "2026-01-02 11:00"),
        ("2025-12-31 17:00", 8, "2026-01-02 17:00"),
    ],
)
def test_known_deadlines(start: str, hours: float, end: str) -> None:
    assert add_working_hours(at(start), hours, departement_code="75") == at(end)


def test_impossible_questions_are_refused() -> None:
    monday = at("2026-03-02 09:00")
    with pytest.raises(ValueError, match="precedes"):
        working_hours_between(monday, monday - timedelta(seconds=1), departement_code="75")
    with pytest.raises(ValueError, match="time zone"):
        working_hours_between(monday.replace(tzinfo=None), monday, departement_code="75")
    with pytest.raises(ValueError, match="time zone"):
        add_working_hours(monday.replace(tzinfo=None), 1, departement_code="75")
    with pytest.raises(ValueError, match="negative"):
        add_working_hours(monday, -1, departement_code="75")


def slow_clock(start: datetime, end: datetime, departement: str) -> float:
    """Walks the calendar day by day and measures in UTC what of the opening hours is inside."""
    territory = territory_of(departement)
    country, _dash, subdivision = territory.partition("-")
    zone = ZoneInfo(time_zone_of(departement))
    day, total = start.astimezone(zone).date(), timedelta(0)
    while day <= end.astimezone(zone).date():
        closed = holidays.country_holidays(country, subdiv=subdivision or None, years=day.year)
        if day.isoweekday() <= 5 and day not in closed:
            opening = datetime.combine(day, time(9), tzinfo=zone).astimezone(UTC)
            closing = datetime.combine(day, time(17), tzinfo=zone).astimezone(UTC)
            total += max(min(end, closing) - max(start, opening), timedelta(0))
        day += timedelta(days=1)
    return total / timedelta(hours=1)


DEPARTEMENTS = st.sampled_from(["", "75", "57", "67", "971", "974", "975", "976", "987", "988"])
INSTANTS = st.datetimes(
    min_value=datetime(2023, 1, 1),  # noqa: DTZ001 – hypothesis adds the zone
    max_value=datetime(2029, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(
    start=INSTANTS,
    length=st.timedeltas(timedelta(0), timedelta(days=45)),
    departement=DEPARTEMENTS,
)
def test_agrees_with_a_clock_that_walks_day_by_day(
    start: datetime, length: timedelta, departement: str
) -> None:
    end = start + length
    expected = slow_clock(start, end, departement)
    assert working_hours_between(start, end, departement_code=departement) == pytest.approx(
        expected, abs=1e-9
    )


@given(start=INSTANTS, hours=st.floats(0, 400), departement=DEPARTEMENTS)
def test_a_deadline_is_the_first_instant_at_which_the_hours_have_gone_by(
    start: datetime, hours: float, departement: str
) -> None:
    deadline = add_working_hours(start, hours, departement_code=departement)
    tolerance = 1e-9
    assert working_hours_between(start, deadline, departement_code=departement) == pytest.approx(
        hours, abs=tolerance
    )
    # Aware datetimes are compared in UTC; a second before, less time had gone by.
    just_before = deadline - timedelta(seconds=1)
    if hours > 0 and just_before > start:
        gone = working_hours_between(start, just_before, departement_code=departement)
        assert gone < hours - tolerance


def test_the_calendar_of_a_leap_year_is_whole() -> None:
    assert is_working_day(date(2028, 2, 29), departement_code="75")
    assert not is_working_day(date(2028, 12, 31), departement_code="75")  # a Sunday
