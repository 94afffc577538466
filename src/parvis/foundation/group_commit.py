"""A thread that commits: what waits together is written together, in one durable transaction.

A commit costs a flush of the disk whatever it holds. While one is under way, requests gather in the
queue; the next takes them all. Nobody waits for a timer, and under load the cost of the flush is
shared. One thread per process also means that a process never competes with itself for locks.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.conf import settings
from django.db import Error, connection

from parvis.foundation.turnstile import stepping_aside

# How long a request waits for its commit: longer than SQLite waits for its writer.
PATIENCE_SECONDS = 40

Work = TypeVar("Work")
Outcome = TypeVar("Outcome")


class BusyError(Exception):
    """Too many requests wait: the sender keeps what it sends and comes back."""


@dataclass(slots=True)
class Waiting(Generic[Work, Outcome]):
    work: Work
    future: Future[Outcome]


class GroupCommitter(Generic[Work, Outcome]):
    """The queue of one kind of work and its thread, made at the first request of the process.

    Parameters
    ----------
    name : str
        Of the thread, for whoever looks at a process.
    commit : callable
        Writes several works in one transaction and returns an outcome each, or the exception of
        those it refuses; durable once it returns.
    weigh : callable
        How much a work weighs in its transaction; a work always goes, however heavy.
    most_together : int
        Weight of one transaction: enough to share the flush, few enough to answer soon.
    most_waiting : int
        Requests of a process that may wait for their commit; beyond, `submit` refuses. Fewer than
        its threads, so that a crowd leaves some to those who ask for pages.
    """

    def __init__(
        self,
        *,
        name: str,
        commit: Callable[[Sequence[Work]], Sequence[Outcome | Exception]],
        weigh: Callable[[Work], int] = lambda _work: 1,
        most_together: int,
        most_waiting: int,
    ) -> None:
        self._name = name
        self._commit = commit
        self._weigh = weigh
        self._most_together = most_together
        self._most_waiting = most_waiting
        self._waiting: queue.SimpleQueue[Waiting[Work, Outcome]] = queue.SimpleQueue()
        self._counting = threading.Lock()
        self._in_room = 0
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def is_full(self) -> bool:
        """Whether `submit` would refuse now: asked before the work of reading what is sent."""
        return self._in_room >= self._most_waiting

    def submit(self, work: Work) -> Outcome:
        """The outcome of a work, once it is on the disk.

        Raises what `commit` refuses it with, `BusyError` when too many wait, and the database's own
        error when it cannot write: nothing was written then.
        """
        if not settings.COMMITTER_THREADS:
            # Tests run in a transaction of their own, which another thread would not see.
            (outcome,) = self._commit([work])
            if isinstance(outcome, Exception):
                raise outcome
            return outcome
        committed = self.enqueue(work)
        try:
            with stepping_aside():
                return committed.result(timeout=PATIENCE_SECONDS)
        except TimeoutError:
            # It may still be committed: whatever is sent again must change nothing.
            raise BusyError from None

    def enqueue(self, work: Work) -> Future[Outcome]:
        """The outcome to come; raises `BusyError`."""
        with self._counting:
            if self.is_full:
                raise BusyError
            self._in_room += 1
        waiting: Waiting[Work, Outcome] = Waiting(work, Future())
        waiting.future.add_done_callback(self._make_room)
        self._waiting.put(waiting)
        if self._thread is None or not self._thread.is_alive():
            with self._starting:
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                    self._thread.start()
        return waiting.future

    def settle(self, group: Sequence[Waiting[Work, Outcome]]) -> None:
        """Commit a group; if it fails, each request alone, so that one cannot fail the others.

        All of them fail at once when the database cannot be reached: each alone would wait for it.
        """
        try:
            outcomes = self._commit([waiting.work for waiting in group])
        except Exception as error:
            # The server may have gone, and come back: the next one takes a fresh connection.
            connection.close()
            if len(group) == 1 or not _is_reachable():
                for waiting in group:
                    waiting.future.set_exception(error)
                return
            for waiting in group:
                self.settle([waiting])
            return
        for waiting, outcome in zip(group, outcomes, strict=True):
            if isinstance(outcome, Exception):
                waiting.future.set_exception(outcome)
            else:
                waiting.future.set_result(outcome)

    def _make_room(self, _settled: Future[Outcome]) -> None:
        with self._counting:
            self._in_room -= 1

    def _run(self) -> None:
        left: Waiting[Work, Outcome] | None = None
        while True:
            group = [left or self._waiting.get()]
            left = None
            size = self._weigh(group[0].work)
            while size < self._most_together:
                try:
                    following = self._waiting.get_nowait()
                except queue.Empty:
                    break
                size += self._weigh(following.work)
                if size > self._most_together:
                    left = following
                    break
                group.append(following)
            self.settle(group)


def _is_reachable() -> bool:
    try:
        connection.ensure_connection()
    except Error:
        return False
    return True
