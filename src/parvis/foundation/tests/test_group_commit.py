"""What waits together is committed together; what becomes of a group whose commit fails."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest
from django.db import OperationalError

from parvis.foundation import group_commit
from parvis.foundation.group_commit import BusyError, GroupCommitter, Waiting

MOST_WAITING = 8


class Trial:
    """A committer of numbers that notes the groups it was given; 3 always fails its group."""

    def __init__(self, most_together: int = 100) -> None:
        self.groups: list[list[int]] = []
        self.going_on = threading.Event()
        self.committer: GroupCommitter[int, str] = GroupCommitter(
            name="trial",
            commit=self.commit,
            weigh=lambda number: number,
            most_together=most_together,
            most_waiting=MOST_WAITING,
        )

    def commit(self, works):
        assert self.going_on.wait(30)
        self.groups.append(list(works))
        if 3 in works:
            raise OperationalError
        return [ValueError(number) if number == 4 else str(number) for number in works]


@pytest.fixture(autouse=True)
def no_connection_to_close(monkeypatch):
    monkeypatch.setattr(group_commit.connection, "close", lambda: None)


@pytest.fixture
def trial() -> Trial:
    made = Trial()
    made.going_on.set()
    return made


@pytest.fixture
def group() -> list[Waiting[int, str]]:
    return [Waiting(number, Future()) for number in (1, 2, 3, 5, 6)]


def test_one_request_that_fails_does_not_fail_the_others(trial, group, monkeypatch):
    monkeypatch.setattr(group_commit, "_is_reachable", lambda: True)
    trial.committer.settle(group)
    assert [waiting.work for waiting in group if waiting.future.exception()] == [3]
    assert trial.groups == [[1, 2, 3, 5, 6], [1], [2], [3], [5], [6]]


def test_without_a_database_nobody_waits_for_it_in_turn(trial, group, monkeypatch):
    monkeypatch.setattr(group_commit, "_is_reachable", lambda: False)
    trial.committer.settle(group)
    assert all(isinstance(waiting.future.exception(), OperationalError) for waiting in group)
    assert len(trial.groups) == 1


def test_a_work_refused_is_refused_alone(trial):
    group = [Waiting(number, Future()) for number in (1, 4, 5)]
    trial.committer.settle(group)
    assert isinstance(group[1].future.exception(), ValueError)
    assert [group[0].future.result(), group[2].future.result()] == ["1", "5"]


def test_what_gathers_during_a_commit_is_committed_together_up_to_its_weight():
    trial = Trial(most_together=20)
    first = trial.committer.enqueue(1)
    while trial.committer._waiting.qsize():
        pass
    following = [trial.committer.enqueue(number) for number in (9, 9, 50, 1)]
    trial.going_on.set()
    assert [one.result(30) for one in (first, *following)] == ["1", "9", "9", "50", "1"]
    assert trial.groups == [[1], [9, 9], [50], [1]]


def test_beyond_so_many_that_wait_requests_are_refused_at_once_until_some_are_settled():
    trial = Trial()
    futures = [trial.committer.enqueue(1) for _rank in range(MOST_WAITING)]
    assert trial.committer.is_full
    with pytest.raises(BusyError):
        trial.committer.enqueue(1)
    trial.going_on.set()
    assert all(future.result(30) for future in futures)
    assert not trial.committer.is_full
    assert trial.committer.enqueue(1).result(30)
