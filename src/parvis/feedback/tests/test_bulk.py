"""Historic answers loaded in bulk: the same rows and counts as one event after the other."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import numpy as np
import pytest

from parvis.feedback import bulk
from parvis.feedback.bulk import NOT_ANSWERED, UNKNOWN_MOMENT, Source, Visits, load
from parvis.feedback.enums import (
    NO_LEVEL,
    RESPONDENTS,
    SET_KINDS,
    Exclusion,
    QuestionKind,
    TimeQuality,
)
from parvis.feedback.ingestion.rebuild import differences
from parvis.feedback.models import (
    Answer,
    DayCount,
    HourCount,
    MonthCount,
    Receipt,
)
from parvis.feedback.tests.counting import cells_of_weeks
from parvis.feedback.tests.factories import KioskFactory, the_version

pytestmark = pytest.mark.django_db


def a_source(**touchpoint: object) -> Source:
    kiosk = KioskFactory(**{f"touchpoint__{name}": value for name, value in touchpoint.items()})
    return Source(kiosk, the_version(kiosk.touchpoint.questionnaire))


def drawn(source: Source, n: int, seed: int = 5, **changes: object) -> Visits:
    """Visits over fourteen months, with sets, texts, exclusions and unknown moments."""
    rng = np.random.default_rng(seed)
    begin = bulk.microseconds(datetime(2025, 1, 1, tzinfo=UTC))
    occurred = begin + np.sort(rng.integers(0, 420 * 86_400, n)) * 1_000_000
    arguments: dict[str, object] = {
        "source": source,
        "occurred_us": np.where(rng.random(n) < 0.05, UNKNOWN_MOMENT, occurred),
        "received_us": occurred + 7_000_000,
        "smiley": rng.integers(0, 4, n),
        "others": {
            "reasons": np.where(rng.random(n) < 0.4, NOT_ANSWERED, rng.integers(0, 64, n)),
            "comment": np.where(rng.random(n) < 0.9, NOT_ANSWERED, 1),
        },
        "exclusion": np.where(rng.random(n) < 0.1, int(Exclusion.BURST), int(Exclusion.NONE)),
        "language": np.where(rng.random(n) < 0.1, "en", "fr"),
        "first_sequence": 1,
    }
    return Visits(**{**arguments, **changes})  # type: ignore[arg-type]


def counted_one_by_one() -> dict[str, Counter[tuple[object, ...]]]:
    """The four tables as the events give them, by the plainest code there is."""
    found: dict[str, Counter[tuple[object, ...]]] = {
        name: Counter() for name in ("hour", "day", "month", "week")
    }
    for event in Answer.objects.select_related("question"):
        kind = QuestionKind(event.question.kind)
        answers = [event.value]
        if kind in SET_KINDS:
            answers = [RESPONDENTS, *(code for code in range(62) if event.value >> code & 1)]
        for answer in answers:
            rest = (event.question_id, event.level, answer, event.exclusion)
            month = event.day.replace(day=1)
            found["hour"][(event.touchpoint_id, event.day, event.hour, *rest)] += 1
            found["day"][(event.touchpoint_id, event.day, *rest)] += 1
            found["month"][(event.touchpoint_id, month, *rest)] += 1
            if kind == QuestionKind.SMILEY and event.exclusion == Exclusion.NONE:
                week = (event.touchpoint_id, month, event.question_id, event.hour)
                found["week"][(*week, event.day.weekday(), answer)] += 1
    return found


def counted_in_tables() -> dict[str, Counter[tuple[object, ...]]]:
    return {
        name: Counter({row.pk: row.answers for row in model.objects.all()})
        for name, model in (
            ("hour", HourCount),
            ("day", DayCount),
            ("month", MonthCount),
        )
    } | {"week": cells_of_weeks()}


def test_the_four_tables_hold_what_the_events_hold(monkeypatch):
    # Small batches: cells of one month are added to by several of them.
    monkeypatch.setattr(bulk, "BATCH_ANSWERS", 700)
    first, second = a_source(), a_source(time_zone="Indian/Reunion")
    loaded = load(
        [drawn(first, 900), drawn(second, 300), drawn(first, 50, seed=6, first_sequence=9_000)],
        np.random.default_rng(1),
    )
    assert loaded.answers == Answer.objects.count() == Receipt.objects.count() > 2_000
    assert counted_in_tables() == counted_one_by_one()
    assert differences() == []


def test_an_event_says_what_the_visit_said():
    source = a_source()
    moment = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # half past three: summer time has come
    visits = drawn(
        source,
        2,
        occurred_us=np.array([bulk.microseconds(moment), UNKNOWN_MOMENT]),
        received_us=np.array([bulk.microseconds(moment)] * 2) + 86_400_000_000,
        smiley=np.array([0, 3]),
        others={"reasons": np.array([0b101, NOT_ANSWERED]), "comment": np.array([1, 1])},
        exclusion=np.array([Exclusion.NONE, Exclusion.UNDATED]),
        language=np.array(["fr", "en"]),
        first_sequence=41,
        lost_before=np.array([0, 3]),
    )
    load([visits], np.random.default_rng(1))
    events = list(Answer.objects.order_by("sequence").select_related("question"))
    assert [
        (event.sequence, event.question.key, event.value, event.level, event.exclusion)
        for event in events
    ] == [
        (41, "satisfaction", 0, NO_LEVEL, 0),
        (42, "reasons", 0b101, 0, 0),
        (43, "comment", 1, 0, 0),
        (47, "satisfaction", 3, NO_LEVEL, Exclusion.UNDATED),
        (48, "comment", 1, 3, Exclusion.UNDATED),
    ]
    assert (events[0].day, events[0].hour) == (date(2026, 3, 29), 3)
    assert events[0].occurred_at == moment
    assert events[0].time_quality == TimeQuality.EXACT
    # Unknown: counted on the day it came.
    assert events[3].occurred_at is None
    assert (events[3].day, events[3].hour) == (date(2026, 3, 30), 3)
    assert events[3].time_quality == TimeQuality.UNKNOWN
    assert len({event.visit for event in events[:3]}) == 1
    assert events[0].visit != events[3].visit
    assert {event.id.version for event in events} == {4}
    assert events[0].organisation_id == source.device.organisation_id


def test_the_same_generator_gives_the_same_rows():
    source = a_source()
    numbers = [
        bulk.answers_of(drawn(source, 40), np.random.default_rng(8)).id.tobytes() for _ in range(2)
    ]
    assert numbers[0] == numbers[1]
    assert numbers[0] != bulk.answers_of(drawn(source, 40), np.random.default_rng(9)).id.tobytes()


def test_what_no_event_could_hold_is_refused_before_anything_is_written():
    source = a_source()
    with pytest.raises(ValueError, match="smiley"):
        load([drawn(source, 3, smiley=np.array([0, 4, 1]))], np.random.default_rng(1))
    with pytest.raises(ValueError, match="effort"):
        load([drawn(source, 1, others={"effort": np.array([3])})], np.random.default_rng(1))
    assert not Answer.objects.exists()
    assert not Receipt.objects.exists()


def test_nothing_is_loaded_from_nothing():
    source = a_source()
    assert load([drawn(source, 0)], np.random.default_rng(1)) == bulk.Loaded(0, 0)
    assert load([], np.random.default_rng(1)) == bulk.Loaded(0, 0)
