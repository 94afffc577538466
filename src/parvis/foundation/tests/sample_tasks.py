"""Tasks that tests queue: one that ends well, one that never does, one that waits to be killed."""

from __future__ import annotations

import time
from pathlib import Path

from django_tasks import TaskContext, task

CALLS: list[str] = []


@task()
def note(word: str) -> str:
    CALLS.append(word)
    return word.upper()


@task()
def stumble(word: str) -> None:
    CALLS.append(word)
    raise RuntimeError("poisoned")


@task(takes_context=True)
def know_thyself(context: TaskContext) -> str:
    return context.task_result.id


@task()
def hang_once(folder: str) -> str:
    """Hang at the first attempt, so that a test can kill the worker; end at the second."""
    started = Path(folder) / "started"
    if started.exists():
        (Path(folder) / "finished").touch()
        return "finished"
    started.touch()
    time.sleep(60)
    return "not killed"
