"""The thread that commits: what waits together is written together, in one durable transaction.

A commit costs a flush of the disk whatever it holds. While one is under way, requests gather in the
queue; the next takes them all. Nobody waits for a timer, and under load the cost of the flush is
shared. One thread per process also means that a process never competes with itself for locks.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from django.conf import settings
from django.db import Error, connection, transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.feedback.ingestion import partitions
from parvis.feedback.ingestion.taking import take
from parvis.feedback.ingestion.work import Health, KnownDevice, Outcome, Work
from parvis.feedback.models import Device
from parvis.feedback.protocol import Sending, SentAnswer
from parvis.foundation.turnstile import stepping_aside

# Answers in one transaction: enough to share the flush, few enough to answer within 150 ms.
MAX_ANSWERS_TOGETHER = 2_000
# Requests of a process that may wait for their commit: beyond, the server says to come back. Fewer
# than its threads, so that kiosks that all come back at once leave some to those who ask for pages.
MAX_WAITING = 64
# How long a request waits for its commit: longer than SQLite waits for its writer.
PATIENCE_SECONDS = 40


class BusyError(Exception):
    """Too many requests wait: the sender keeps its answers and comes back."""


@dataclass(slots=True)
class _Waiting:
    work: Work
    future: Future[Outcome]


class _Committer:
    """The queue and its thread, made at the first request of the process."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
        self._counting = threading.Lock()
        self._in_room = 0
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def is_full(self) -> bool:
        return self._in_room >= MAX_WAITING

    def submit(self, work: Work) -> Future[Outcome]:
        with self._counting:
            if self.is_full:
                raise BusyError
            self._in_room += 1
        waiting = _Waiting(work, Future())
        waiting.future.add_done_callback(self._make_room)
        self._waiting.put(waiting)
        if self._thread is None or not self._thread.is_alive():
            with self._starting:
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(
                        target=self._run, name="feedback-committer", daemon=True
                    )
                    self._thread.start()
        return waiting.future

    def _make_room(self, _settled: Future[Outcome]) -> None:
        with self._counting:
            self._in_room -= 1

    def _run(self) -> None:
        left: _Waiting | None = None
        while True:
            group = [left or self._waiting.get()]
            left = None
            size = len(group[0].work.answers)
            while size < MAX_ANSWERS_TOGETHER:
                try:
                    following = self._waiting.get_nowait()
                except queue.Empty:
                    break
                size += len(following.work.answers)
                if size > MAX_ANSWERS_TOGETHER:
                    left = following
                    break
                group.append(following)
            _settle(group)


def _settle(group: Sequence[_Waiting]) -> None:
    """Commit a group; if it fails, each request alone, so that one cannot fail the others.

    All of them fail at once when the database cannot be reached: each alone would wait for it.
    """
    try:
        outcomes = commit([waiting.work for waiting in group])
    except Exception as error:
        # The server may have gone, and come back: the next transaction takes a fresh connection.
        connection.close()
        if len(group) == 1 or not _is_reachable():
            for waiting in group:
                waiting.future.set_exception(error)
            return
        for waiting in group:
            _settle([waiting])
        return
    for waiting, outcome in zip(group, outcomes, strict=True):
        if isinstance(outcome, Outcome):
            waiting.future.set_result(outcome)
        else:
            waiting.future.set_exception(outcome)


def _is_reachable() -> bool:
    try:
        connection.ensure_connection()
    except Error:
        return False
    return True


def commit(works: Sequence[Work]) -> list[Outcome | Exception]:
    """Take the answers of several requests in one transaction; durable once it returns."""
    for work in works:
        _ensure_partition(work)
    with scopes_disabled(), transaction.atomic():
        return take(works)


_months_made: set[tuple[str, int, int]] = set()


def _ensure_partition(work: Work) -> None:
    key = (str(connection.settings_dict["NAME"]), work.received_at.year, work.received_at.month)
    if key not in _months_made:
        partitions.ensure_month(work.received_at)
        _months_made.add(key)


_committer = _Committer()


def is_full() -> bool:
    """Whether `submit` would refuse now: asked before the work of reading what is sent."""
    return _committer.is_full


def submit(
    device: Device | KnownDevice,
    sending: Sending,
    answers: Sequence[SentAnswer],
    *,
    health: Health | None = None,
) -> Outcome:
    """Store the answers of a device and return their receipts, once they are on the disk.

    Raises `RevokedError` when the device no longer may send, `BusyError` when too many wait, and
    the database's own error when it cannot write: nothing was taken then.
    """
    work = Work(
        device_id=device.pk,
        secret_hash=device.secret_hash,
        sending=sending,
        answers=answers,
        received_at=timezone.now(),
        health=health,
    )
    if not settings.FEEDBACK_COMMITTER_THREAD:
        # Tests run in a transaction of their own, which another thread would not see.
        (outcome,) = commit([work])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome
    committed = _committer.submit(work)
    try:
        with stepping_aside():
            return committed.result(timeout=PATIENCE_SECONDS)
    except TimeoutError:
        # It may still be committed: sent again, the same answers get the same receipts.
        raise BusyError from None
