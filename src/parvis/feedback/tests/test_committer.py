"""What becomes of a group of requests whose commit fails."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import OperationalError

from parvis.feedback.ingestion import committer
from parvis.feedback.ingestion.work import Outcome, Work
from parvis.feedback.protocol import Sending

MOMENT = datetime(2026, 11, 26, 9, tzinfo=UTC)


@pytest.fixture
def group() -> list[committer._Waiting]:
    return [
        committer._Waiting(
            Work(
                device_id=number,
                secret_hash="",
                sending=Sending(time_ms=0, mono_ms=0, run=uuid4()),
                answers=(),
                received_at=MOMENT,
                health=None,
            ),
            Future(),
        )
        for number in range(5)
    ]


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
