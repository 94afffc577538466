"""At any moment the counts are those of the events: late answers, resends, exclusions, rebuilds."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django_scopes import scopes_disabled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parvis.accounts.tests.factories import PersonFactory
from parvis.feedback.enums import Exclusion
from parvis.feedback.ingestion.rebuild import Difference, differences, rebuild
from parvis.feedback.models import (
    Answer,
    DayCount,
    Device,
    HourCount,
    MonthCount,
    WeekProfile,
)
from parvis.feedback.operations.exclusions import set_apart, take_back
from parvis.feedback.tests.counting import cells_of_weeks
from parvis.feedback.tests.factories import KioskFactory, TouchpointFactory
from parvis.feedback.tests.sending import PlayedKiosk

pytestmark = pytest.mark.django_db

DAY_MS = 86_400_000


@pytest.fixture(autouse=True)
def unscoped() -> Iterator[None]:
    with scopes_disabled():
        yield


def recount() -> dict[str, Counter[Any]]:
    """The cells counted one event after the other, in Python: a second implementation."""
    cells: dict[str, Counter[Any]] = {name: Counter() for name in ("hour", "day", "month", "week")}
    for event in Answer.objects.select_related("question"):
        kind, month = event.question.kind, event.day.replace(day=1)
        level = -1 if kind == "smiley" else event.level
        if kind in ("reasons", "multiple"):
            ticked = [code for code in range(62) if event.value >> code & 1]
            counted = [-1, *ticked]
        elif kind in ("comment", "idea"):
            counted = [1]
        else:
            counted = [event.value]
        for answer in counted:
            rest = (event.question_id, level, answer, event.exclusion)
            cells["hour"][(event.touchpoint_id, event.day, event.hour, *rest)] += 1
            cells["day"][(event.touchpoint_id, event.day, *rest)] += 1
            cells["month"][(event.touchpoint_id, month, *rest)] += 1
        if kind == "smiley" and event.exclusion == 0:
            week = (event.touchpoint_id, month, event.question_id, event.hour)
            cells["week"][(*week, event.day.weekday(), event.value)] += 1
    return cells


def kept() -> dict[str, Counter[Any]]:
    tables = {"hour": HourCount, "day": DayCount, "month": MonthCount}
    return {
        name: Counter({cell.pk: cell.answers for cell in model.objects.exclude(answers=0)})
        for name, model in tables.items()
    } | {"week": cells_of_weeks()}


answers = st.lists(
    st.tuples(
        st.sampled_from(["satisfaction", "reasons", "comment", "mood"]),
        st.integers(0, 63),
        st.integers(-1, 3),
        st.sampled_from([0, 1_000, 9_000, 3_600_000, 3 * DAY_MS, 45 * DAY_MS, -DAY_MS]),
        st.booleans(),
    ),
    max_size=8,
)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("send"), answers),
        st.tuples(st.just("resend"), st.integers(0, 5)),
        st.tuples(st.just("set apart"), st.integers(0, 4)),
        st.tuples(st.just("take back"), st.integers(0, 50)),
        st.tuples(st.just("rebuild"), st.none()),
    ),
    min_size=1,
    max_size=7,
)


def play(kiosk: PlayedKiosk, script: list[tuple[str, Any]]) -> None:
    """Play a script, and check after each act."""
    batches: list[list[dict[str, Any]]] = []
    other_run = str(uuid.uuid4())
    by = PersonFactory()
    today = timezone.localdate()
    touchpoint = kiosk.device.touchpoint
    for act, given_ in script:
        if act == "send":
            batch = [
                kiosk.answer(
                    {"satisfaction": value % 4, "reasons": value, "comment": 1}.get(question, 0),
                    age_ms=age,
                    question=question,
                    level=level,
                    text="bonjour" if question == "comment" else "",
                    **({"run": other_run} if is_other else {}),
                )
                for question, value, level, age, is_other in given_
            ]
            kiosk.send(*batch)
            batches.append(batch)
        elif act == "resend" and given_ < len(batches):
            kiosk.send(*batches[given_])
        elif act == "set apart":
            first = today - timedelta(days=given_)
            set_apart(touchpoint=touchpoint, first=first, last=today, by=by)
        elif act == "take back":
            first = today - timedelta(days=given_)
            take_back(touchpoint=touchpoint, first=first, last=today, by=by)
        elif act == "rebuild":
            rebuild()
        assert kept() == recount(), act
        assert differences() == []


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(script=acts)
def test_counts_equal_events_at_any_moment(script: list[tuple[str, Any]]) -> None:
    with transaction.atomic():
        device = KioskFactory()
        Device.objects.filter(pk=device.pk).update(created_at=timezone.now() - timedelta(days=60))
        device.refresh_from_db()
        play(PlayedKiosk(device, mono_ms=50 * DAY_MS), script)
        transaction.set_rollback(True)


class TestSetApart:
    @pytest.fixture
    def kiosk(self) -> PlayedKiosk:
        kiosk = PlayedKiosk(KioskFactory(), mono_ms=50 * DAY_MS)
        kiosk.send(*[kiosk.answer(3, age_ms=n * DAY_MS) for n in (20, 10, 0)])
        return kiosk

    def test_it_is_no_longer_counted_and_comes_back(self, kiosk: PlayedKiosk) -> None:
        touchpoint, by, today = kiosk.device.touchpoint, PersonFactory(), timezone.localdate()
        days = {"first": today - timedelta(days=12), "last": today - timedelta(days=8)}
        assert set_apart(touchpoint=touchpoint, by=by, **days) == 1
        assert set_apart(touchpoint=touchpoint, by=by, **days) == 0
        counted = DayCount.objects.filter(exclusion=Exclusion.NONE, answers__gt=0)
        assert counted.count() == 2
        assert take_back(touchpoint=touchpoint, by=by, **days) == 1
        assert counted.count() == 3

    def test_another_touchpoint_keeps_its_own(self, kiosk: PlayedKiosk) -> None:
        other = TouchpointFactory(organisation=kiosk.device.organisation)
        today = timezone.localdate()
        moved = set_apart(
            touchpoint=other, first=today - timedelta(days=30), last=today, by=PersonFactory()
        )
        assert moved == 0


class TestCommand:
    @pytest.fixture(autouse=True, params=[0.0, 100.0], ids=["written anew", "mended"])
    def share(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        """On PostgreSQL, both ways of writing; SQLite has one."""
        monkeypatch.setattr("parvis.feedback.ingestion.rebuild.MENDED_SHARE", request.param)

    def test_a_cell_that_drifted_is_told_then_mended(self) -> None:
        kiosk = PlayedKiosk(KioskFactory())
        kiosk.send(kiosk.answer(3, age_ms=60_000), kiosk.answer(5, question="reasons", level=3))
        call_command("feedback", "rebuild", "--check")
        right = kept()
        HourCount.objects.filter(answer=3).update(answers=7)
        DayCount.objects.filter(answer=-1).delete()
        assert {difference.table for difference in differences()} == {
            "feedback_hourcount",
            "feedback_daycount",
        }
        with pytest.raises(CommandError, match="rebuild"):
            call_command("feedback", "rebuild", "--check", stdout=StringIO())
        call_command("feedback", "rebuild")
        assert kept() == right
        assert differences() == []

    def test_a_cell_of_nothing_and_one_too_many_go(self) -> None:
        kiosk = PlayedKiosk(KioskFactory())
        kiosk.send(kiosk.answer(3, age_ms=60_000))
        right, cell = kept(), HourCount.objects.get()
        cell.hour, cell.answers = (cell.hour + 1) % 24, 0
        cell.save(force_insert=True)
        assert differences() == []
        MonthCount.objects.update(answer=2)
        assert differences() == [Difference("feedback_monthcount", 2)]
        assert {(found.table, found.cells, found.mended) for found in rebuild()} == {
            ("feedback_hourcount", 1, 1),
            ("feedback_daycount", 1, 0),
            ("feedback_monthcount", 1, 2),
            ("feedback_weekprofile", 1, 0),
        }
        assert kept() == right
        assert HourCount.objects.count() == 1
        # The key is there again.
        with pytest.raises(IntegrityError), transaction.atomic():
            HourCount.objects.get().save(force_insert=True)


@pytest.mark.parametrize("model", [HourCount, DayCount, MonthCount, WeekProfile])
def test_what_is_counted_is_not_deleted(model: type[HourCount]) -> None:
    """The database does not check the keys of counts: `PROTECT` does, before it is asked."""
    kiosk = PlayedKiosk(KioskFactory())
    kiosk.send(kiosk.answer(3))
    cell = model.objects.get()
    for counted in (cell.touchpoint, cell.question):
        with pytest.raises(ProtectedError) as refusal:
            counted.delete()
        assert cell in refusal.value.protected_objects
