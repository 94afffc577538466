"""Devices that say what no page of ours says: they may spoil their own answer, nobody else's."""

from __future__ import annotations

import threading

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory, sign_in
from parvis.foundation import keys_apart
from parvis.foundation.errors import Refusal
from parvis.live_sessions import keys, snapshots
from parvis.live_sessions.models import LiveBallot, LiveRound, LiveSession, LiveText
from parvis.live_sessions.operations import running
from parvis.live_sessions.operations.holding import Stale
from parvis.live_sessions.operations.voting import (
    Arrival,
    UnknownSession,
    cast_vote,
    commit,
)
from parvis.live_sessions.tests.factories import LiveSessionFactory, box_of, open_session, put, vote
from parvis.organisations.tests.factories import MandateFactory

pytestmark = pytest.mark.django_db

TOKEN = "a" * 64


@pytest.fixture(autouse=True)
def no_tenant():
    with scopes_disabled():
        yield


def close_and_count(session: LiveSession) -> None:
    for act in (running.close_vote, running.count_vote):
        session.refresh_from_db()
        act(session=session, version=session.version)


def test_the_token_of_a_closed_card_answers_no_other():
    """It would change a ballot after the close, into one that the card cannot count."""
    session = open_session()
    first = put(session, "accueil")
    cast_vote(code=session.code, number=first, token=TOKEN, answer=2)
    second = put(session, "mot")
    with pytest.raises(Refusal):
        cast_vote(code=session.code, number=second, token=TOKEN, answer=["humain"])
    assert box_of(session) == {TOKEN: 2}
    assert LiveBallot.objects.get().round.number == first


def test_the_token_of_a_session_answers_no_other_session():
    """Sealed under the other's key, a ballot would keep its box from being counted for ever."""
    session, other = open_session(), open_session()
    number = put(session, "accueil")
    cast_vote(code=session.code, number=number, token=TOKEN, answer=2)
    elsewhere = put(other, "accueil")
    with pytest.raises(Refusal):
        cast_vote(code=other.code, number=elsewhere, token=TOKEN, answer=1)
    for _rank in range(4):
        vote(session, number, 3)
    close_and_count(session)
    assert LiveRound.objects.get(session=session).tables["answers"] == 5


def test_one_token_for_two_cards_in_one_batch_is_refused_once():
    sessions = [open_session(), open_session()]
    numbers = [put(one, "accueil") for one in sessions]
    rounds = [
        LiveRound.objects.get(session=one, number=number)
        for one, number in zip(sessions, numbers, strict=True)
    ]
    outcomes = commit(
        [Arrival(TOKEN, one.organisation_id, one.pk, b"%d" % one.pk) for one in rounds]
    )
    assert outcomes[0] is True
    assert isinstance(outcomes[1], Refusal)
    ballot = LiveBallot.objects.get()
    assert (ballot.round, bytes(ballot.sealed)) == (rounds[0], b"%d" % rounds[0].pk)


def test_an_idea_that_its_masks_make_longer_is_counted():
    """On a server's database a text too long would keep the card from being counted for ever."""
    session = open_session()
    number = put(session, "souhait")
    vote(session, number, "@ab " * 35)
    for rank in range(4):
        vote(session, number, f"Idée {rank}")
    close_and_count(session)
    texts = LiveText.objects.values_list("text", flat=True)
    assert max(map(len, texts)) <= LiveText._meta.get_field("text").max_length


def test_a_word_that_says_who_somebody_is_is_masked():
    session = open_session()
    number = put(session, "mot")
    for words in (["Mme Durand"], ["06 12 34 56 78"], ["a.durand@ville.fr"], ["lent"], ["lent"]):
        vote(session, number, words)
    close_and_count(session)
    texts = " ".join(LiveText.objects.values_list("text", flat=True))
    assert "lent" in texts
    assert not any(one in texts for one in ("Durand", "06 12", "ville.fr"))


def unreadable(session: LiveSession, number: int) -> None:
    """Votes enough to be counted, of which one does not open."""
    for _rank in range(5):
        vote(session, number, 2)
    spoilt = LiveBallot.objects.first()
    LiveBallot.objects.filter(pk=spoilt.pk).update(sealed=b"x" * 1052)


def test_once_its_time_is_over_nothing_keeps_a_session_from_ending():
    session = open_session()
    unreadable(session, put(session, "accueil"))
    with pytest.raises(keys.BallotUnreadable):
        running.end_session(session=session, by=PersonFactory())
    running.end_session(session=session, by=None)
    session.refresh_from_db()
    assert session.state == "ended"
    assert not LiveBallot.objects.exists()


def test_a_session_without_its_key_is_ended_by_its_time_alone():
    session = open_session()
    number = put(session, "accueil")
    for _rank in range(5):
        vote(session, number, 2)
    keys.destroy(session)
    with pytest.raises(keys_apart.KeyMissing):
        running.end_session(session=session, by=PersonFactory())
    assert LiveBallot.objects.count() == 5
    running.end_session(session=session, by=None)
    assert not LiveBallot.objects.exists()


def test_a_session_that_lost_its_key_is_given_no_other():
    session = open_session()
    keys.destroy(session)
    with pytest.raises(Stale):
        running.open_room(session=session, by=PersonFactory(), version=session.version)
    assert not keys.are_held(session)


def test_a_vote_that_comes_just_after_the_end_is_told_so(settings):
    """Its key is gone: that is no missing folder to warn the administrator of."""
    settings.LIVE_SNAPSHOT_SECONDS = 60
    session = open_session()
    number = put(session, "accueil")
    vote(session, number, 2)
    running.end_session(session=session, by=None)
    keys.destroy(session)
    with pytest.raises(UnknownSession):
        vote(session, number, 2)


def test_ballots_of_devices_that_did_not_enter_are_not_counted_one_by_one():
    session = open_session()
    number = put(session, "accueil")
    address = reverse("live_sessions:screen_state", args=[session.code])
    told = set()
    for _rank in range(11):
        vote(session, number, 2)
        told.add(Client().get(address).json()["present"].split()[0])
    assert told == {"Aucun", "5", "10"}


def test_the_counts_of_a_session_that_is_not_open_are_not_found():
    prepared = LiveSessionFactory()
    client = Client()
    sign_in(client, MandateFactory(organisation=prepared.organisation, confirmed=True).person)
    address = reverse("live_sessions:console_state", args=[prepared.pk])
    assert client.get(address).status_code == 404


def test_what_breaks_in_a_room_bears_its_request_in_the_log(monkeypatch, caplog):
    """A line of the log gives the hour alone where it knows the page (`foundation.logs`)."""

    def broken(*_args, **_more):
        raise OperationalError

    monkeypatch.setattr(snapshots, "_read", broken)
    path = reverse("live_sessions:state", args=["ABCDEF"])
    assert Client().get(path).status_code == 503
    ours = [one for one in caplog.records if one.name == "parvis.live_sessions.views.door"]
    assert [one.request.path_info for one in ours] == [path]


@pytest.mark.parametrize("code", ["ABC", "ABCDEFG", "ABCDE0", "ABCDE\u00c9", "\u0000" * 6])
def test_what_can_be_no_code_asks_nothing_of_the_database(code, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert snapshots.snapshot(code) is None


def test_a_snapshot_of_an_hour_ago_is_told_to_nobody(monkeypatch):
    """Two phones ask at once after a long silence: the second waits for what the first reads."""
    code = "ABCDEF"
    snapshots.snapshot(code)
    entry = snapshots._entries[code]
    entry.read_at -= 3600
    monkeypatch.setattr(snapshots, "_read", lambda _code: "read again")
    found: list[object] = []
    second = threading.Thread(target=lambda: found.append(snapshots.snapshot(code)))
    with entry.lock:
        second.start()
        second.join(0.2)
    second.join()
    assert found == ["read again"]


def test_a_tag_that_a_proxy_marked_is_known_and_what_is_not_modified_has_no_length():
    session = open_session()
    address = reverse("live_sessions:state", args=[session.code])
    tag = Client().get(address)["ETag"]
    again = Client().get(address, headers={"if-none-match": f"W/{tag}"})
    assert again.status_code == 304
    assert not again.has_header("Content-Length")
