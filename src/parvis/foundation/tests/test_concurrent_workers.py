"""Several workers at once on a server's database: every task and message once, none waiting."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from parvis.foundation import mail, schedule, worker
from parvis.foundation.models import MailState, OutgoingMail
from parvis.foundation.tests import sample_tasks

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 4


@pytest.fixture(autouse=True)
def _several_connections() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("an embedded database has one writing process, and one worker")


def together(work: Callable[[], None]) -> None:
    """Run the same work in several threads that start at the same instant."""
    start = threading.Barrier(WORKERS)
    errors: list[BaseException] = []

    def run() -> None:
        try:
            start.wait(timeout=10)
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert errors == []


def test_each_task_runs_once() -> None:
    sample_tasks.CALLS.clear()
    # Two claims of one task meet about once in sixty: so many make sure that some do.
    words = [f"word-{number}" for number in range(300)]
    for word in words:
        sample_tasks.note.enqueue(word)
    together(worker.run_pending)
    assert Counter(sample_tasks.CALLS) == Counter(words)
    assert not DBTaskResult.objects.exclude(status=TaskResultStatus.SUCCESSFUL).exists()


def test_each_message_is_sent_once(mailoutbox: list) -> None:
    for number in range(40):
        mail.queue_message(
            to=f"p{number}@example.org", subject="x", body="x", language="fr", key=f"x:{number}"
        )
    together(lambda: mail.deliver_due())
    assert Counter(message.to[0] for message in mailoutbox) == Counter(
        f"p{number}@example.org" for number in range(40)
    )
    assert not OutgoingMail.objects.exclude(state=MailState.SENT).exists()


def test_each_due_time_queues_one_task() -> None:
    before = timezone.now()
    together(lambda: schedule.queue_due())
    queued = Counter(DBTaskResult.objects.values_list("task_path", flat=True))
    assert queued == dict.fromkeys(schedule.schedules(), 1)
    assert DBTaskResult.objects.filter(enqueued_at__gte=before).count() == len(queued)
