"""Monthly partitions of the answers, on PostgreSQL."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest
from django.db import connection, connections, transaction
from django_scopes import scopes_disabled

from parvis.feedback.ingestion import committer
from parvis.feedback.ingestion.partitions import _LOCK, ensure_month
from parvis.feedback.models import Answer
from parvis.feedback.tests.factories import KioskFactory
from parvis.feedback.tests.sending import PlayedKiosk

pytestmark = pytest.mark.django_db


def partitions() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = 'feedback_answer'::regclass"
        )
        return {name for (name,) in cursor.fetchall()}


def test_a_month_has_its_partition_once_and_answers_go_there(monkeypatch):
    if connection.vendor != "postgresql":
        ensure_month(datetime(2026, 12, 31, tzinfo=UTC))
        pytest.skip("an embedded database keeps one table")
    for _time in range(2):
        ensure_month(datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
        ensure_month(datetime(2027, 1, 1, tzinfo=UTC))
    assert {"feedback_answer_2026_12", "feedback_answer_2027_01"} <= partitions()
    # What another test made went with its transaction.
    monkeypatch.setattr(committer, "_months_made", set())
    with scopes_disabled():
        kiosk = PlayedKiosk(KioskFactory())
        kiosk.send(kiosk.answer())
        received = Answer.objects.get().received_at
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM feedback_answer")
        assert cursor.fetchone() == (f"feedback_answer_{received:%Y_%m}",)


def test_a_month_begun_in_the_default_partition_stays_there():
    if connection.vendor != "postgresql":
        pytest.skip("an embedded database keeps one table")
    moment = datetime(2031, 5, 3, tzinfo=UTC)
    with scopes_disabled():
        Answer.objects.create(
            id="00000000-0000-4000-8000-000000000001",
            received_at=moment,
            organisation_id=1,
            touchpoint_id=1,
            device_id=1,
            version_id=1,
            question_id=1,
            visit="00000000-0000-4000-8000-000000000002",
            sequence=1,
            value=1,
            language="fr",
            device_time_ms=0,
            time_quality=0,
            day=moment.date(),
            hour=0,
        )
        ensure_month(moment)
        assert "feedback_answer_2031_05" not in partitions()
        assert Answer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_processes_may_begin_the_same_month():
    """The second waits for the first, then finds its partition instead of making it again."""
    if connection.vendor != "postgresql":
        pytest.skip("an embedded database keeps one table")
    moment = datetime(2032, 2, 1, tzinfo=UTC)
    errors: list[Exception] = []

    def second():
        try:
            ensure_month(moment)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=second)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            thread.start()
            waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            for _try in range(600):
                cursor.execute(waiting)
                if cursor.fetchone()[0]:
                    break
                time.sleep(0.05)
            else:
                pytest.fail("the second process never waited")
            ensure_month(moment)
        thread.join()
        assert not errors
        assert "feedback_answer_2032_02" in partitions()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS feedback_answer_2032_02")
