"""Recurring work, declared in code: a room writes `@scheduled(every=…)` above a function of its
`tasks.py`, and the workers queue it as a task each time it is due.

Several workers may look at the schedule at once: the row of a schedule is locked while its task is
queued, so that each due time gives one task. A run still waiting or at work is not queued again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks import task as background_task
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from parvis.foundation.models import ScheduleState

_schedules: dict[str, tuple[Task[Any, Any], timedelta]] = {}


def scheduled(*, every: timedelta) -> Callable[[Callable[[], Any]], Task[Any, Any]]:
    """Turn a function without arguments into a task queued every so often (a minute at least)."""
    if every < timedelta(minutes=1):
        raise ValueError("a task is scheduled every minute at most: shorter work is a queue")

    def declare(function: Callable[[], Any]) -> Task[Any, Any]:
        made: Task[Any, Any] = background_task()(function)
        _schedules[made.module_path] = (made, every)
        return made

    return declare


def schedules() -> dict[str, timedelta]:
    """The period of each scheduled task, by import path."""
    return {name: every for name, (_task, every) in _schedules.items()}


def queue_due() -> int:
    """Queue the scheduled tasks that are due; return how many were queued."""
    now = timezone.now()
    known = dict(ScheduleState.objects.values_list("name", "next_due_at"))
    queued = 0
    for name, (task, every) in _schedules.items():
        if name in known and known[name] > now:
            continue
        with transaction.atomic():
            state, created = ScheduleState.objects.select_for_update().get_or_create(
                name=name, defaults={"next_due_at": now}
            )
            if not created and state.next_due_at > now:
                continue
            if not _still_at_work(state):
                state.last_task_id = task.enqueue().id
                queued += 1
            state.next_due_at = now + every
            state.save(update_fields=["next_due_at", "last_task_id"])
    return queued


def _still_at_work(state: ScheduleState) -> bool:
    return DBTaskResult.objects.filter(
        pk__in=[state.last_task_id] if state.last_task_id else [],
        status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING],
    ).exists()
