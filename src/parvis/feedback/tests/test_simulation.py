"""A simulated year: as many visits as asked, when the place is open, as satisfied as asked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from parvis.feedback.bulk import NOT_ANSWERED, load
from parvis.feedback.enums import Exclusion, TimeQuality
from parvis.feedback.models import Answer
from parvis.feedback.simulation import (
    OFFICE,
    TYPICAL_SHARES,
    Behaviour,
    Burst,
    Drop,
    Simulated,
    simulate,
)
from parvis.feedback.tests.test_bulk import a_source

pytestmark = pytest.mark.django_db

FIRST = date(2025, 1, 1)
UNTIL = datetime(2025, 12, 31, 20, tzinfo=UTC)


def a_year(seed: int = 3, **changes: object) -> Simulated:
    behaviour = Behaviour(**{"visits_a_month": 1500.0, "hours": OFFICE, **changes})  # type: ignore[arg-type]
    return simulate(
        a_source(),
        behaviour,
        first=FIRST,
        until=UNTIL,
        departement_code="67",
        rng=np.random.default_rng(seed),
    )


def days_of(simulated: Simulated) -> np.ndarray:
    return simulated.visits.occurred_us // 86_400_000_000


def day_number(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def test_visits_come_as_often_as_asked_and_when_it_is_open():
    year = a_year(visits_a_month=300.0)
    # Public holidays, and a few visits too close together, are the only loss on 3,600.
    assert 3_250 < year.visits.smiley.size < 3_600
    opened = {date(1970, 1, 1) + timedelta(days=int(day)) for day in days_of(year)}
    assert all(day.weekday() < 5 for day in opened)
    # Good Friday is a holiday in Alsace.
    assert date(2025, 4, 18) not in opened
    assert date(2025, 7, 14) not in opened
    assert date(2025, 9, 2) in opened
    load([year.visits], np.random.default_rng(1))
    hours = set(Answer.objects.values_list("hour", flat=True))
    assert hours == {9, 10, 11, 13, 14, 15, 16}


def test_a_typical_place_gets_the_typical_smileys():
    shares = np.bincount(a_year().visits.smiley, minlength=4) / a_year().visits.smiley.size
    # The season and the hours take a little.
    assert np.abs(shares - TYPICAL_SHARES).max() < 0.03


def test_a_drop_is_seen_during_its_days_only():
    first, last = date(2025, 10, 6), date(2025, 10, 26)
    year = a_year(drops=[Drop(first, last, 1.2)])
    inside = (days_of(year) >= day_number(first)) & (days_of(year) <= day_number(last))
    satisfied = year.visits.smiley >= 2
    assert satisfied[inside].mean() < 0.62
    assert satisfied[~inside].mean() > 0.78


def test_presses_of_a_child_are_set_apart_and_nothing_else_is():
    quiet = a_year()
    assert (quiet.visits.exclusion == Exclusion.NONE).mean() > 0.995
    burst = a_year(bursts=[Burst(datetime(2025, 5, 7, 18, tzinfo=UTC), 80)])
    evening = burst.visits.occurred_us >= int(
        datetime(2025, 5, 7, 17, 59, tzinfo=UTC).timestamp() * 1e6
    )
    evening &= burst.visits.occurred_us < int(
        datetime(2025, 5, 7, 19, tzinfo=UTC).timestamp() * 1e6
    )
    assert evening.sum() == 80
    assert (burst.visits.exclusion[evening] != Exclusion.NONE).sum() >= 75
    assert (burst.visits.others["reasons"][evening] == NOT_ANSWERED).all()


def test_an_offline_fortnight_arrives_at_its_end():
    begin = datetime(2025, 6, 2, 8, tzinfo=UTC)
    end = datetime(2025, 6, 16, 8, tzinfo=UTC)
    visits = a_year(offline=[(begin, end)]).visits
    kept = (visits.occurred_us >= begin.timestamp() * 1e6) & (
        visits.occurred_us < end.timestamp() * 1e6
    )
    assert kept.sum() > 300
    assert set(visits.received_us[kept]) == {int(end.timestamp() * 1e6)}
    assert visits.time_quality is not None
    assert set(visits.time_quality[kept]) == {TimeQuality.SYNCHRONISED}
    assert (visits.received_us >= visits.occurred_us).all()


def test_the_kiosk_knows_which_numbers_never_came():
    year = a_year(lost_share=0.01)
    load([year.visits], np.random.default_rng(1))
    numbers = set(Answer.objects.values_list("sequence", flat=True))
    missing = {n for first, last in year.missing_sequences for n in range(first, last + 1)}
    assert len(missing) > 100
    assert numbers.isdisjoint(missing)
    assert numbers | missing == set(range(1, year.highest_sequence + 1))


def test_reasons_follow_the_smiley():
    visits = a_year().visits
    reasons = visits.others["reasons"]
    assert (reasons != 0).all()
    answered = reasons != NOT_ANSWERED
    waiting = (reasons & 1) == 1
    unhappy = visits.smiley <= 1
    assert waiting[answered & unhappy].mean() > 2 * waiting[answered & ~unhappy].mean()
    assert answered[unhappy].mean() > answered[~unhappy].mean()


def test_the_same_generator_gives_the_same_year():
    first, again, other = a_year(seed=4), a_year(seed=4), a_year(seed=5)
    assert (first.visits.occurred_us == again.visits.occurred_us).all()
    assert (first.visits.smiley == again.visits.smiley).all()
    assert first.visits.smiley.size != other.visits.smiley.size


def test_time_does_not_run_backwards():
    with pytest.raises(ValueError, match="precedes"):
        simulate(
            a_source(),
            Behaviour(10.0, OFFICE),
            first=date(2026, 1, 2),
            until=datetime(2026, 1, 1, 12, tzinfo=UTC),
            rng=np.random.default_rng(1),
        )
