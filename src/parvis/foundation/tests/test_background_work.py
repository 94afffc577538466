"""Tasks are run at least once, retried, parked; a dead worker's task is taken up again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from parvis.foundation import leases, schedule, worker
from parvis.foundation.models import ScheduleState, TaskLease
from parvis.foundation.tests import sample_tasks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_calls() -> None:
    sample_tasks.CALLS.clear()


def stored(task_id: str) -> DBTaskResult:
    return DBTaskResult.objects.get(pk=task_id)


def end_every_lease() -> None:
    TaskLease.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def end_every_delay() -> None:
    DBTaskResult.objects.update(run_after=timezone.now() - timedelta(seconds=1))


def test_a_task_runs_once_and_keeps_its_result() -> None:
    queued = sample_tasks.note.enqueue("bonjour")
    assert worker.run_pending() == 1
    assert worker.run_pending() == 0
    row = stored(queued.id)
    assert (row.status, row.return_value) == (TaskResultStatus.SUCCESSFUL, "BONJOUR")
    assert sample_tasks.CALLS == ["bonjour"]
    assert not TaskLease.objects.exists()


def test_a_task_may_ask_which_attempt_it_is() -> None:
    queued = sample_tasks.know_thyself.enqueue()
    worker.run_pending()
    assert stored(queued.id).return_value == queued.id


def test_a_task_queued_in_a_transaction_that_fails_never_runs() -> None:
    with transaction.atomic():
        sample_tasks.note.enqueue("jamais")
        transaction.set_rollback(True)
    assert worker.run_pending() == 0


def test_a_held_task_is_left_to_its_worker() -> None:
    sample_tasks.note.enqueue("bonjour")
    assert leases.claim("first") is not None
    assert leases.claim("second") is None


def test_a_dead_workers_task_is_taken_up_again() -> None:
    queued = sample_tasks.note.enqueue("bonjour")
    assert leases.claim("killed") is not None
    assert stored(queued.id).status == TaskResultStatus.RUNNING
    end_every_lease()
    assert worker.run_pending() == 1
    row = stored(queued.id)
    assert row.status == TaskResultStatus.SUCCESSFUL
    assert len(row.worker_ids) == 2


def test_a_renewed_lease_is_not_taken() -> None:
    sample_tasks.note.enqueue("bonjour")
    claimed = leases.claim("slow")
    assert claimed is not None
    end_every_lease()
    assert leases.renew(claimed)
    assert leases.claim("other") is None


def test_a_worker_believed_dead_changes_nothing_when_it_comes_back() -> None:
    queued = sample_tasks.note.enqueue("bonjour")
    frozen = leases.claim("frozen")
    assert frozen is not None
    end_every_lease()
    second = leases.claim("second")
    assert second is not None
    assert not leases.renew(frozen)
    with pytest.raises(leases.LeaseLostError):
        leases.succeed(frozen, "from the dead")
    with pytest.raises(leases.LeaseLostError):
        leases.fail(frozen, RuntimeError("from the dead"))
    leases.succeed(second, "from the living")
    assert stored(queued.id).return_value == "from the living"


def test_a_failing_task_waits_longer_each_time_then_is_parked() -> None:
    queued = sample_tasks.stumble.enqueue("aïe")
    waited = []
    for _attempt in range(1, leases.MAX_ATTEMPTS):
        before = timezone.now()
        assert worker.run_pending() == 1
        row = stored(queued.id)
        assert row.status == TaskResultStatus.READY
        assert "poisoned" in row.traceback
        waited.append((row.run_after - before).total_seconds())
        assert worker.run_pending() == 0, "not before its delay"
        end_every_delay()
    for number, seconds in enumerate(waited):
        assert 7.5 * 2**number <= seconds <= 12.5 * 2**number + 5
    assert worker.run_pending() == 1
    assert [row.pk for row in leases.parked()] == [stored(queued.id).pk]
    assert len(sample_tasks.CALLS) == leases.MAX_ATTEMPTS
    end_every_delay()
    assert worker.run_pending() == 0


def test_a_task_that_kills_its_workers_is_parked() -> None:
    queued = sample_tasks.note.enqueue("poison")
    for number in range(leases.MAX_ATTEMPTS):
        assert leases.claim(f"victim-{number}") is not None
        end_every_lease()
    assert leases.claim("spared") is None
    assert stored(queued.id).status == TaskResultStatus.FAILED
    assert "died before its end" in stored(queued.id).traceback


def test_a_parked_task_may_be_restarted_by_a_person() -> None:
    queued = sample_tasks.stumble.enqueue("aïe")
    for _attempt in range(leases.MAX_ATTEMPTS):
        worker.run_pending()
        end_every_delay()
    row = stored(queued.id)
    assert leases.restart(row.pk)
    assert not leases.restart(row.pk)
    assert stored(queued.id).status == TaskResultStatus.READY
    assert worker.run_pending() == 1


def test_urgent_tasks_come_first_and_deferred_ones_wait() -> None:
    sample_tasks.note.using(run_after=timezone.now() + timedelta(hours=1)).enqueue("demain")
    sample_tasks.note.enqueue("normal")
    sample_tasks.note.using(priority=50).enqueue("urgent")
    worker.run_pending()
    assert sample_tasks.CALLS == ["urgent", "normal"]


def test_old_successes_are_forgotten_and_parked_tasks_kept() -> None:
    done, parked = sample_tasks.note.enqueue("fini"), sample_tasks.note.enqueue("garé")
    long_ago = timezone.now() - timedelta(days=30)
    DBTaskResult.objects.filter(pk=done.id).update(
        status=TaskResultStatus.SUCCESSFUL, finished_at=long_ago
    )
    DBTaskResult.objects.filter(pk=parked.id).update(
        status=TaskResultStatus.FAILED, finished_at=long_ago
    )
    assert leases.prune(older_than=timedelta(days=14)) == 1
    assert DBTaskResult.objects.filter(pk=parked.id).exists()


def test_each_due_time_of_a_schedule_queues_one_task() -> None:
    names = set(schedule.schedules())
    assert "parvis.foundation.tasks.purge_personal_data" in names
    assert schedule.queue_due() == len(names)
    assert schedule.queue_due() == 0
    ScheduleState.objects.update(next_due_at=timezone.now() - timedelta(seconds=1))
    assert schedule.queue_due() == 0, "the first run of each is still waiting"
    DBTaskResult.objects.update(status=TaskResultStatus.SUCCESSFUL)
    ScheduleState.objects.update(next_due_at=timezone.now() - timedelta(seconds=1))
    assert schedule.queue_due() == len(names)
    assert DBTaskResult.objects.count() == 2 * len(names)


def test_a_schedule_is_no_queue() -> None:
    with pytest.raises(ValueError, match="every minute"):
        schedule.scheduled(every=timedelta(seconds=5))


def test_the_worker_survives_an_error_of_the_machinery(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "PAUSE_SECONDS", 0.0)
    running = worker.Worker()
    turns = iter([RuntimeError("database restarting"), False])

    def turn() -> bool:
        outcome = next(turns)
        if isinstance(outcome, Exception):
            raise outcome
        running.stop.set()
        return outcome

    monkeypatch.setattr(running, "turn", turn)
    monkeypatch.setattr(worker.connection, "close", lambda: None)
    running.run()
    assert "worker stumbled" in caplog.messages
    assert next(turns, None) is None


def test_a_turn_queues_what_is_due_and_runs_one_task() -> None:
    running = worker.Worker()
    assert running.turn()
    assert ScheduleState.objects.count() == len(schedule.schedules())
