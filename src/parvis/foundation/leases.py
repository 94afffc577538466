"""Leases on tasks: a task taken up by a worker that dies is taken up again by another.

django-tasks-db keeps the queue but leaves a killed task RUNNING for ever. Here a worker holds a
task by a lease it renews; when the lease ends unrenewed, the task is due again. A result is
accepted only from the attempt that holds the lease, so a worker believed dead that comes back
changes nothing. After `MAX_ATTEMPTS` a task is parked as FAILED and `parvis doctor` shows it.
"""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import timedelta
from traceback import format_exception
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.utils import normalize_json
from django_tasks_db.models import DBTaskResult, get_date_max

from parvis.foundation.models import TaskLease

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 5
FIRST_DELAY = timedelta(seconds=10)
LONGEST_DELAY = timedelta(minutes=30)


class LeaseLostError(Exception):
    """This attempt took too long and another worker has taken the task up."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt at one task, by one worker."""

    task: DBTaskResult[Any, Any]
    worker_id: str
    attempt: int


def claim(worker_id: str) -> Claim | None:
    """Take up the most urgent task that is due, or None. Tasks of dead workers come back here."""
    if not _claimable().exists():  # spares the writing transaction of an idle worker
        return None
    with transaction.atomic():
        task = _lock_one()
        if task is None:
            return None
        attempt = len(task.worker_ids) + 1
        if attempt > MAX_ATTEMPTS:
            _park(task, "every worker that took this task up died before its end")
            return None
        task.claim(worker_id)
        TaskLease.objects.update_or_create(
            task_id=task.pk,
            defaults={
                "worker_id": worker_id,
                "attempt": attempt,
                "expires_at": timezone.now() + LEASE,
            },
        )
    return Claim(task, worker_id, attempt)


def renew(claimed: Claim) -> bool:
    """Prolong a lease from now; False when it was lost."""
    return bool(_own(claimed).update(expires_at=timezone.now() + LEASE))


def succeed(claimed: Claim, return_value: Any) -> None:
    """Record the end of a task; raises `LeaseLostError` when another worker has taken it up."""
    value = normalize_json(return_value)
    with transaction.atomic():
        _give_back(claimed)
        claimed.task.set_successful(value)


def fail(claimed: Claim, error: BaseException) -> bool:
    """Record an error: try again later (True), or park the task after the last attempt (False)."""
    with transaction.atomic():
        _give_back(claimed)
        if claimed.attempt >= MAX_ATTEMPTS:
            claimed.task.set_failed(error)
            return False
        task = claimed.task
        task.status = TaskResultStatus.READY
        task.run_after = timezone.now() + delay_before(claimed.attempt + 1)
        task.exception_class_path = f"{type(error).__module__}.{type(error).__qualname__}"
        task.traceback = "".join(format_exception(error))
        task.save(update_fields=["status", "run_after", "exception_class_path", "traceback"])
        return True


def delay_before(attempt: int) -> timedelta:
    """How long to wait before an attempt (2 is the first retry): doubling, spread by chance."""
    whole = min(FIRST_DELAY * 2.0 ** (attempt - 2), LONGEST_DELAY)
    return whole * random.uniform(0.75, 1.25)  # noqa: S311 – spreads load, guards nothing


def parked() -> QuerySet[DBTaskResult[Any, Any]]:
    """Tasks given up after their last attempt."""
    return DBTaskResult.objects.filter(status=TaskResultStatus.FAILED)


def restart(task_id: uuid.UUID) -> bool:
    """Queue a parked task again, on a person's decision; False when it is not parked."""
    return bool(
        parked()
        .filter(pk=task_id)
        .update(
            status=TaskResultStatus.READY,
            worker_ids=[],
            started_at=None,
            finished_at=None,
            run_after=get_date_max(),
        )
    )


def prune(*, older_than: timedelta) -> int:
    """Forget tasks that ended well so long ago; parked ones stay until a person has decided."""
    deleted, _by_model = DBTaskResult.objects.filter(
        status=TaskResultStatus.SUCCESSFUL, finished_at__lt=timezone.now() - older_than
    ).delete()
    return deleted


def _claimable() -> QuerySet[DBTaskResult[Any, Any]]:
    now = timezone.now()
    held = TaskLease.objects.filter(task_id=OuterRef("pk"), expires_at__gt=now)
    return DBTaskResult.objects.filter(
        Q(status=TaskResultStatus.READY, run_after__lte=now)
        | Q(status=TaskResultStatus.READY, run_after=get_date_max())
        | (Q(status=TaskResultStatus.RUNNING) & ~Exists(held))
    )


def _lock_one() -> DBTaskResult[Any, Any] | None:
    """Lock the most urgent task that is due, and only then believe that it is.

    When another worker has just claimed the row, PostgreSQL checks its new version against the
    conditions on the row alone: the sub-query on leases still answers from before that claim, and
    would call a task that is running abandoned. A new statement reads what was committed since.
    """
    while task := _claimable().select_for_update(skip_locked=True).first():
        if _claimable().filter(pk=task.pk).exists():
            return task
    return None


def _own(claimed: Claim) -> QuerySet[TaskLease]:
    return TaskLease.objects.filter(
        task_id=claimed.task.pk, worker_id=claimed.worker_id, attempt=claimed.attempt
    )


def _give_back(claimed: Claim) -> None:
    deleted, _by_model = _own(claimed).delete()
    if not deleted:
        raise LeaseLostError(f"task {claimed.task.pk}, attempt {claimed.attempt}")


def _park(task: DBTaskResult[Any, Any], reason: str) -> None:
    TaskLease.objects.filter(task_id=task.pk).delete()
    task.set_failed(LeaseLostError(reason))
