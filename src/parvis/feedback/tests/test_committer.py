"""What becomes of a group of requests whose commit fails."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import OperationalError

from parvis.feedback.api import batches
from parvis.feedback.ingestion import committer
from parvis.feedback.ingestion.work import Outcome, Work
from parvis.feedback.protocol import Sending
from parvis.feedback.tests.factories import KioskFactory
from parvis.feedback.tests.sending import PlayedKiosk

MOMENT = datetime(2026, 11, 26, 9, tzinfo=UTC)


def work_of(number: int) -> Work:
    return Work(
        device_id=number,
        secret_hash="",
        sending=Sending(time_ms=0, mono_ms=0, run=uuid4()),
        answers=(),
        received_at=MOMENT,
        health=None,
    )


@pytest.fixture
def group() -> list[committer._Waiting]:
    return [committer._Waiting(work_of(number), Future()) for number in range(5)]


@pytest.fixture
def commits(monkeypatch) -> list[int]:
    """Sizes of the groups tried; device 3 always fails, and any group with it."""
    sizes: list[int] = []

    def commit(works):
        sizes.append(len(works))
        if any(work.device_id == 3 for work in works):
            raise OperationalError
        return [Outcome(MOMENT, 1, []) for _work in works]

    monkeypatch.setattr(committer, "commit", commit)
    monkeypatch.setattr(committer.connection, "close", lambda: None)
    return sizes


def test_one_request_that_fails_does_not_fail_the_others(group, commits, monkeypatch):
    monkeypatch.setattr(committer, "_is_reachable", lambda: True)
    committer._settle(group)
    failed = [waiting.work.device_id for waiting in group if waiting.future.exception()]
    assert failed == [3]
    assert commits == [5, 1, 1, 1, 1, 1]


def test_without_a_database_nobody_waits_for_it_in_turn(group, commits, monkeypatch):
    monkeypatch.setattr(committer, "_is_reachable", lambda: False)
    committer._settle(group)
    assert all(isinstance(waiting.future.exception(), OperationalError) for waiting in group)
    assert commits == [5]


def test_beyond_so_many_that_wait_requests_are_refused_at_once_until_some_are_settled(monkeypatch):
    going_on = threading.Event()

    def commit(works):
        assert going_on.wait(30)
        return [Outcome(MOMENT, 1, []) for _work in works]

    monkeypatch.setattr(committer, "commit", commit)
    queue = committer._Committer()
    futures = [queue.submit(work_of(number)) for number in range(committer.MAX_WAITING)]
    assert queue.is_full
    with pytest.raises(committer.BusyError):
        queue.submit(work_of(0))
    going_on.set()
    assert all(future.result(30) for future in futures)
    assert not queue.is_full
    assert queue.submit(work_of(0)).result(30)


@pytest.mark.django_db
def test_a_kiosk_is_told_to_come_back_before_its_batch_is_read(monkeypatch):
    kiosk = PlayedKiosk(KioskFactory())
    sent = kiosk.answer()
    monkeypatch.setattr(batches, "is_full", lambda: True)
    refused = kiosk.send(sent)
    assert refused.status_code == 503
    assert 5 <= int(refused["Retry-After"]) <= 15
    monkeypatch.undo()
    assert kiosk.send(sent).status_code == 202
