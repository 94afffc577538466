"""Many who vote at once, and a facilitator who closes meanwhile, with threads as in service."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django_scopes import scopes_disabled

from parvis.foundation.tests.races import at_once, needs_a_server
from parvis.live_sessions import codes, keys
from parvis.live_sessions.models import LiveBallot, LiveRound, Presence
from parvis.live_sessions.operations import running
from parvis.live_sessions.operations.voting import (
    Arrival,
    UnknownSession,
    VoteClosed,
    cast_vote,
    commit,
    enter,
)
from parvis.live_sessions.snapshots import snapshot
from parvis.live_sessions.tests.factories import box_of, device, open_session, put, vote

AT_ONCE = 50


@pytest.fixture(autouse=True)
def no_tenant():
    with scopes_disabled():
        yield


@pytest.mark.django_db
def test_what_is_committed_together_is_refused_alone():
    """A batch of one open and one closed card: each vote gets its own answer."""
    session = open_session()
    first, second = put(session, "canal"), put(session, "fierte")
    rounds = {one.number: one.pk for one in LiveRound.objects.filter(session=session)}
    outcomes = commit(
        [
            Arrival("a" * 64, session.organisation_id, rounds[first], b"x"),
            Arrival("b" * 64, session.organisation_id, rounds[second], b"y"),
            Arrival("c" * 64, session.organisation_id, session.pk),
            # The same token again, within the batch: the last one stays.
            Arrival("b" * 64, session.organisation_id, rounds[second], b"z"),
        ]
    )
    assert isinstance(outcomes[0], VoteClosed)
    assert outcomes[1:] == [True, True, True]
    assert bytes(LiveBallot.objects.get().sealed) == b"z"


@pytest.mark.django_db(transaction=True)
def test_fifty_who_vote_for_one_option_at_once_are_fifty(settings):
    """A peer lost votes by adding one to a count it had read: here a vote is a row, no count."""
    settings.COMMITTER_THREADS = True
    needs_a_server()
    session = open_session(expected=200)
    number = put(session, "canal")
    gate = threading.Barrier(AT_ONCE)

    def one_device(_rank: int) -> None:
        try:
            with scopes_disabled():
                gate.wait(30)
                vote(session, number, 1)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _round in range(3):
            list(pool.map(one_device, range(AT_ONCE)))
    assert Counter(list(box_of(session).values())) == {1: 3 * AT_ONCE}


@pytest.mark.django_db(transaction=True)
def test_one_device_that_sends_fifty_times_at_once_has_one_vote(settings):
    settings.COMMITTER_THREADS = True
    needs_a_server()
    session = open_session()
    number = put(session, "canal")
    token = codes.token_of(device(), code=session.code, number=number)
    gate = threading.Barrier(AT_ONCE)

    def again(_rank: int) -> None:
        try:
            with scopes_disabled():
                gate.wait(30)
                cast_vote(code=session.code, number=number, token=token, answer=2)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(again, range(AT_ONCE)))
    assert list(box_of(session).values()) == [2]


@pytest.mark.django_db(transaction=True)
def test_a_vote_that_arrives_while_the_card_is_counted_is_refused():
    needs_a_server()
    session = open_session()
    number = put(session, "canal")
    for _rank in range(5):
        vote(session, number, 1)

    def close_and_count() -> None:
        session.refresh_from_db()
        running.close_vote(session=session, version=session.version)
        session.refresh_from_db()
        running.count_vote(session=session, version=session.version)

    raised = at_once(close_and_count, lambda: vote(session, number, 0))
    assert isinstance(raised, VoteClosed)
    assert not LiveBallot.objects.exists()
    assert LiveRound.objects.get(session=session, number=number).tables["answers"] == 5


@pytest.mark.django_db(transaction=True)
def test_a_vote_received_before_the_close_is_counted():
    """Of five, the threshold: without the last one nothing could be shown."""
    needs_a_server()
    session = open_session()
    number = put(session, "canal")
    for _rank in range(4):
        vote(session, number, 1)

    def close_and_count() -> None:
        session.refresh_from_db()
        running.close_vote(session=session, version=session.version)
        session.refresh_from_db()
        running.count_vote(session=session, version=session.version)

    assert at_once(lambda: vote(session, number, 1), close_and_count) is None
    assert LiveRound.objects.get(session=session, number=number).tables["answers"] == 5


@pytest.mark.django_db(transaction=True)
def test_a_device_that_enters_while_the_vote_closes_stops_nobody():
    """One batch holds a ballot and a presence; closing holds the session, then waits for both."""
    needs_a_server()
    session = open_session()
    number = put(session, "canal")
    round_ = LiveRound.objects.get(session=session, number=number)
    together = [
        Arrival("a" * 64, session.organisation_id, round_.pk, b"x"),
        Arrival("b" * 64, session.organisation_id, session.pk),
    ]
    session.refresh_from_db()

    def close() -> None:
        running.close_vote(session=session, version=session.version)

    assert at_once(lambda: commit(together), close) is None
    round_.refresh_from_db()
    assert round_.state == "closed"
    assert Presence.objects.count() == LiveBallot.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_device_that_enters_while_the_session_ends_leaves_nothing():
    needs_a_server()
    session = open_session()
    entered = [Arrival("b" * 64, session.organisation_id, session.pk)]
    raised = at_once(
        lambda: running.end_session(session=session, by=None),
        lambda: raise_first(commit(entered)),
    )
    assert isinstance(raised, UnknownSession)
    assert not Presence.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_device_that_entered_before_the_end_leaves_nothing():
    needs_a_server()
    session = open_session()
    entered = [Arrival("b" * 64, session.organisation_id, session.pk)]
    raised = at_once(lambda: commit(entered), lambda: running.end_session(session=session, by=None))
    assert raised is None
    assert not Presence.objects.exists()


def raise_first(outcomes: list[bool | Exception]) -> None:
    if isinstance(outcomes[0], Exception):
        raise outcomes[0]


@pytest.mark.django_db
def test_an_older_snapshot_lets_nobody_into_an_ended_session(settings):
    settings.LIVE_SNAPSHOT_SECONDS = 60
    session = open_session()
    snapshot(session.code, fresh=True)
    running.end_session(session=session, by=None)
    with pytest.raises(UnknownSession):
        enter(code=session.code, token="c" * 64)
    assert not Presence.objects.exists()


@pytest.mark.django_db
def test_a_restored_copy_of_an_ended_session_is_erased_again():
    session = open_session()
    vote(session, put(session, "canal"), 1)
    keys.destroy(session)
    running.end_again(session.pk)
    session.refresh_from_db()
    assert session.state == "ended"
    assert not LiveBallot.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_flood_of_votes_does_not_keep_a_vote_from_closing():
    """Whoever closes waits for those who vote already, not for all who come after."""
    needs_a_server()
    session = open_session(expected=200)
    number = put(session, "canal")
    pk = LiveRound.objects.get(session=session, number=number).pk
    is_over = threading.Event()
    refused = threading.Event()
    # Enough that at every instant one of them is in its transaction, and votes.
    batches = threading.Semaphore(0)

    def flood(first: str) -> None:
        try:
            with scopes_disabled():
                for rank in range(100):
                    token = f"{first}{rank:x}".ljust(64, "0")
                    with transaction.atomic():
                        (outcome,) = commit([Arrival(token, session.organisation_id, pk, b"x")])
                        batches.release()
                        # The other has begun its own before this one ends.
                        is_over.wait(0.02)
                    if isinstance(outcome, VoteClosed):
                        refused.set()
                        return
        finally:
            connection.close()

    threads = [threading.Thread(target=flood, args=(first,)) for first in "abcdef012345"]
    for thread in threads:
        thread.start()
    for _batch in range(6):
        assert batches.acquire(timeout=30)
    session.refresh_from_db()
    running.close_vote(session=session, version=session.version)
    voted = LiveBallot.objects.count()
    is_over.set()
    for thread in threads:
        thread.join()
    assert refused.is_set()
    # A thousand more were on their way.
    assert voted < 200
    assert LiveBallot.objects.count() == voted
