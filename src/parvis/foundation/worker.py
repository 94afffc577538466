"""The worker: queues what is due, sends the mail, runs the tasks, one after the other.

It runs as a process of its own (`parvis worker`) or, for an embedded database, as a thread of the
only web process. Each turn of its loop survives any error, a database that restarts included.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

from django.db import close_old_connections, connection
from django_tasks import TaskContext

from parvis.foundation import leases, mail, schedule

logger = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
# The pause after an error of the machinery itself (the database restarts, say).
PAUSE_SECONDS = 5.0
SCHEDULE_SECONDS = 20.0
LONGEST_MAIL_PAUSE_SECONDS = 300.0


class Worker:
    """One loop over the queue, until `stop` is set or the program ends."""

    def __init__(self, stop: threading.Event | None = None) -> None:
        self.stop = stop or threading.Event()
        self.worker_id = f"{socket.gethostname()[:30]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._schedule_read_at = -SCHEDULE_SECONDS
        self._mail_resumes_at = 0.0
        self._mail_pause = 0.0

    def run(self) -> None:
        """Work until told to stop; the task at hand is finished first."""
        logger.info("worker started", extra={"worker": self.worker_id})
        while not self.stop.is_set() and threading.main_thread().is_alive():
            pause = IDLE_SECONDS
            try:
                if self.turn():
                    pause = 0.0
            except Exception:
                logger.exception("worker stumbled", extra={"worker": self.worker_id})
                connection.close()
                pause = PAUSE_SECONDS
            close_old_connections()
            self.stop.wait(pause)
        connection.close()
        logger.info("worker stopped", extra={"worker": self.worker_id})

    def turn(self) -> bool:
        """Do what is due: schedule, mail, one task; whether there was anything to do."""
        now = time.monotonic()
        if now - self._schedule_read_at >= SCHEDULE_SECONDS:
            schedule.queue_due()
            self._schedule_read_at = now
        sent = self._deliver(now)
        return run_one(self.worker_id) or sent > 0

    def _deliver(self, now: float) -> int:
        """Send the mail that is due; a server that is down does not hold up the tasks."""
        if now < self._mail_resumes_at:
            return 0
        delivery = mail.deliver_due()
        if delivery.server_down:
            self._mail_pause = min(
                max(self._mail_pause * 2, mail.FIRST_DELAY.total_seconds()),
                LONGEST_MAIL_PAUSE_SECONDS,
            )
            self._mail_resumes_at = time.monotonic() + self._mail_pause
        elif delivery.sent:
            self._mail_pause = 0.0
        return delivery.sent


def run_one(worker_id: str) -> bool:
    """Take up one task and run it; whether there was one."""
    claimed = leases.claim(worker_id)
    if claimed is None:
        return False
    name = claimed.task.task_path
    known: dict[str, Any] = {"task": str(claimed.task.pk), "name_of_task": name}
    known["attempt"] = claimed.attempt
    started = time.perf_counter()
    try:
        with _heartbeat(claimed):
            value = _call(claimed)
        leases.succeed(claimed, value)
    except leases.LeaseLostError:
        logger.error("task lost to another worker", extra=known)
    except Exception as error:
        try:
            again = leases.fail(claimed, error)
        except leases.LeaseLostError:
            logger.error("task lost to another worker", extra=known)
        else:
            logger.exception("task failed" if again else "task parked", extra=known)
    else:
        known["milliseconds"] = round((time.perf_counter() - started) * 1000)
        logger.info("task done", extra=known)
    return True


def run_pending(*, limit: int = 1000) -> int:
    """Send the mail and run the tasks that are due, until none is left; return how many ran.

    For tests and `parvis worker --once`. Tasks that failed wait for their delay.
    """
    worker_id = f"once-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    mail.deliver_due()
    count = 0
    while count < limit and run_one(worker_id):
        count += 1
    mail.deliver_due()
    return count


def _call(claimed: leases.Claim) -> Any:
    task = claimed.task.task
    result = claimed.task.task_result
    if task.takes_context:
        context = TaskContext(task_result=result)  # type: ignore[arg-type]
        return task.call(context, *result.args, **result.kwargs)
    return task.call(*result.args, **result.kwargs)


@contextlib.contextmanager
def _heartbeat(claimed: leases.Claim) -> Iterator[None]:
    """Renew the lease from another thread for as long as the task runs."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(leases.LEASE.total_seconds() / 3):
            try:
                if not leases.renew(claimed):
                    return
            except Exception:
                # A busy database: the next beat comes before the lease ends.
                logger.warning("lease not renewed", exc_info=True)
            finally:
                connection.close()

    thread = threading.Thread(target=beat, name="parvis-heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
