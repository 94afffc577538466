"""What phones and the screen say and are told: entering, voting, refusals, hostile input."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django_scopes import scopes_disabled

from parvis.foundation.group_commit import BusyError
from parvis.live_sessions import codes, keys
from parvis.live_sessions.models import LiveBallot, LiveRound, LiveSession, Presence
from parvis.live_sessions.operations import running, voting
from parvis.live_sessions.tests.factories import (
    LiveSessionFactory,
    box_of,
    device,
    open_session,
    put,
    vote,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_tenant():
    with scopes_disabled():
        yield


@pytest.fixture
def session() -> LiveSession:
    return open_session()


def post(session: LiveSession, page: str, content: Any) -> Any:
    address = reverse(f"live_sessions:{page}", args=[session.code])
    body = content if isinstance(content, bytes) else json.dumps(content)
    return Client().post(address, body, content_type="application/json")


def get(session: LiveSession, page: str, **headers: str) -> Any:
    return Client().get(reverse(f"live_sessions:{page}", args=[session.code]), headers=headers)


def token(session: LiveSession, number: int, secret: str = "") -> str:
    return codes.token_of(secret or device(), code=session.code, number=number)


def answer(session: LiveSession, number: int) -> Any:
    """A device that was not there yet answers a card of one number."""
    return post(session, "vote", {"round": number, "token": token(session, number), "answer": 2})


def opened(session: LiveSession) -> list[Any]:
    return list(box_of(session).values())


def test_a_device_enters_once(session):
    entered = {"token": token(session, codes.ENTRANCE)}
    for _time in range(2):
        assert post(session, "enter", entered).status_code == 202
    assert Presence.objects.count() == 1
    screen = get(session, "screen_state").json()
    assert screen["present"] == "1 appareil dans la salle"


def test_the_state_follows_the_session_and_is_not_said_twice(session):
    waiting = get(session, "state")
    assert waiting.json()["state"] == "waiting"
    assert get(session, "state", if_none_match=waiting["ETag"]).status_code == 304
    number = put(session)
    shown = get(session, "state", if_none_match=waiting["ETag"]).json()
    assert (shown["state"], shown["round"], shown["card"]["key"]) == ("open", number, "accueil")


def test_a_vote_does_not_change_what_phones_are_told(session):
    """Otherwise thousands of phones would read everything again at each vote."""
    number = put(session)
    before = get(session, "state")
    answer(session, number)
    assert get(session, "state", if_none_match=before["ETag"]).status_code == 304


def test_an_answer_is_taken_then_replaced(session):
    number = put(session)
    sent = {"round": number, "token": token(session, number)}
    for answer in (0, 3):
        response = post(session, "vote", {**sent, "answer": answer})
        assert (response.status_code, response.json()) == (202, {"received": True})
    assert opened(session) == [3]


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("fierte", 2),
        ("attente", 10),
        ("canal", 1),
        ("outils", [0, 2]),
        ("outils", []),
        ("ordre", [2, 0, 1]),
        ("devinette", 7),
        ("souhait", "Un accueil le samedi 😀 مرحبا"),
        ("mot", ["humain", "lent"]),
    ],
)
def test_every_kind_of_card_is_answered(session, key, answer):
    number = put(session, key)
    sent = {"round": number, "token": token(session, number), "answer": answer}
    assert post(session, "vote", sent).status_code == 202
    assert opened(session) == [answer]


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("accueil", 4),
        ("accueil", True),
        ("accueil", "2"),
        ("accueil", None),
        ("ordre", [0, 1]),
        ("mot", []),
        ("mot", ["un", "deux", "trois", "quatre"]),
        ("mot", ["x" * 31]),
        ("mot", ["\ud800"]),
        ("mot", "  "),
        ("souhait", "x" * 141),
        ("souhait", ""),
        ("souhait", {"a": 1}),
    ],
)
def test_another_answer_than_those_of_the_card_is_refused_in_words(session, key, answer):
    number = put(session, key)
    sent = json.dumps({"round": number, "token": token(session, number), "answer": answer})
    response = post(session, "vote", sent.encode())
    assert response.status_code == 422
    assert response.json()["message"]
    assert not LiveBallot.objects.exists()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"round": "1"}', b'{"round": 1}', b"\xff", b"x" * 9000],
)
def test_what_is_not_readable_is_refused_in_words(session, body):
    put(session)
    response = post(session, "vote", body)
    assert response.status_code in (410, 422)
    assert response.json()["message"]


@pytest.mark.parametrize("sent", ["", "a" * 63, "A" * 64, "g" * 64, None, 5])
def test_a_token_that_no_page_of_ours_makes_is_refused(session, sent):
    number = put(session)
    assert post(session, "vote", {"round": number, "token": sent, "answer": 2}).status_code == 422
    assert post(session, "enter", {"token": sent}).status_code == 422
    assert not Presence.objects.exists()


def test_a_closed_card_takes_no_answer(session):
    number = put(session)
    session.refresh_from_db()
    running.close_vote(session=session, version=session.version)
    response = post(
        session, "vote", {"round": number, "token": token(session, number), "answer": 2}
    )
    assert (response.status_code, response.json()["error"]) == (410, "closed")


def test_a_card_that_left_the_screen_takes_no_answer(session):
    number = put(session)
    put(session, "fierte")
    response = post(
        session, "vote", {"round": number, "token": token(session, number), "answer": 2}
    )
    assert response.status_code == 410
    assert not LiveBallot.objects.exists()


def test_the_card_that_has_just_come_takes_answers_at_once(session, settings):
    """A snapshot that is not old enough to be read again does not know it yet."""
    settings.LIVE_SNAPSHOT_SECONDS = 60
    assert get(session, "state").json()["state"] == "waiting"
    number = put(session)
    sent = {"round": number, "token": token(session, number), "answer": 2}
    assert post(session, "vote", sent).status_code == 202


def test_a_prepared_or_unknown_session_is_unknown(session):
    prepared = LiveSessionFactory()
    for one in (prepared, LiveSession(code="ZZZZZZ")):
        assert get(one, "state").status_code == 404
        assert get(one, "phone").status_code == 404
        assert get(one, "screen").status_code == 404
        assert post(one, "enter", {"token": token(one, 0)}).status_code == 404


def test_an_ended_session_says_so(session):
    running.end_session(session=session, by=None)
    assert get(session, "state").json()["state"] == "ended"
    assert post(session, "enter", {"token": token(session, 0)}).status_code == 404
    assert "terminée" in get(session, "phone").content.decode()


def test_a_crowd_is_told_to_come_back(session, monkeypatch):
    number = put(session)

    def busy(_arrival):
        raise BusyError

    monkeypatch.setattr(voting._committer, "submit", busy)
    response = post(
        session, "vote", {"round": number, "token": token(session, number), "answer": 2}
    )
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0


def test_a_room_that_is_full_refuses_more_devices(session, monkeypatch):
    monkeypatch.setattr(voting, "MOST_DEVICES", 2)
    for _device in range(2):
        assert post(session, "enter", {"token": token(session, 0)}).status_code == 202
    response = post(session, "enter", {"token": token(session, 0)})
    assert (response.status_code, response.json()["error"]) == (429, "full")


def test_the_number_of_answers_is_told_by_steps_above_the_threshold(session):
    number = put(session)
    told = []
    for _device in range(11):
        vote(session, number, 2)
        told.append(get(session, "screen_state").json()["answers"])
    assert told[:4] == ["moins de 5 réponses"] * 4
    assert len(set(told)) < 5


def test_votes_of_two_cards_by_one_device_have_nothing_in_common(session):
    secret = device()
    vote(session, put(session), 2, secret=secret)
    vote(session, put(session, "fierte"), 1, secret=secret)
    first, second = (set(row) for row in LiveBallot.objects.values_list("token", "sealed"))
    assert not first & second
    assert not LiveBallot.objects.filter(token__contains=secret[:8]).exists()


def test_nothing_of_a_room_bears_a_time_or_an_address():
    for model in (LiveBallot, Presence):
        kinds = {field.get_internal_type() for field in model._meta.concrete_fields}
        assert kinds <= {"CharField", "ForeignKey", "BinaryField"}


def test_all_ballots_of_a_card_are_of_one_length(session):
    number = put(session, "souhait")
    for idea in ("Oui", "é" * 140, "😀" * 140):
        vote(session, number, idea)
    assert len({len(bytes(ballot.sealed)) for ballot in LiveBallot.objects.all()}) == 1


def test_a_ballot_moved_to_another_token_does_not_open(session):
    vote(session, put(session), 2)
    ballot = LiveBallot.objects.get()
    with pytest.raises(keys.BallotUnreadable):
        keys.Box(session.key_name).open(bytes(ballot.sealed), token="0" * 64)


# --- Without scripts -----------------------------------------------------------------------------


def form(session: LiveSession, **fields: Any) -> Any:
    return Client().post(reverse("live_sessions:phone", args=[session.code]), fields)


def secret_in(response: Any) -> str:
    return response.content.decode().split('name="secret" value="')[1][:32]


def test_a_form_enters_answers_and_changes_its_answer(session):
    number = put(session)
    entered = form(session, action="entrer")
    secret = secret_in(entered)
    assert 'name="carte-accueil"' in entered.content.decode()
    sent = {"action": "repondre", "secret": secret, "round": number}
    for level in ("0", "3"):
        assert form(session, **sent, **{"carte-accueil": level}).status_code == 202
    assert opened(session) == [3]
    assert Presence.objects.count() == 1


def test_a_form_of_words_keeps_what_was_typed_when_it_is_refused(session):
    number = put(session, "mot")
    secret = secret_in(form(session, action="entrer"))
    sent = {"action": "repondre", "secret": secret, "round": number}
    refused = form(session, **sent, mot=["un mot bien trop long pour tenir dans un nuage", "", ""])
    assert refused.status_code == 422
    assert "un mot bien trop long" in refused.content.decode()
    assert form(session, **sent, mot=["humain", "<b>lent</b>", ""]).status_code == 202
    assert opened(session) == [["humain", "<b>lent</b>"]]


def test_a_form_too_long_for_any_answer_is_refused_in_words(session):
    number = put(session, "souhait")
    sent = {"action": "repondre", "secret": device(), "round": number}
    refused = form(session, **sent, **{"carte-souhait": "x" * 3_000_000})
    assert refused.status_code == 413
    assert "raccourcissez" in refused.content.decode()
    assert not LiveBallot.objects.exists()


def test_a_form_without_an_answer_is_refused(session):
    number = put(session)
    sent = {"action": "repondre", "secret": device(), "round": number, "carte-accueil": ""}
    assert form(session, **sent).status_code == 422
    assert not LiveBallot.objects.exists()


def test_a_form_for_a_card_that_left_says_so_and_shows_where_the_room_is(session):
    number = put(session)
    put(session, "fierte")
    sent = {"action": "repondre", "secret": device(), "round": number, "carte-accueil": "1"}
    answered = form(session, **sent)
    assert answered.status_code == 410
    assert 'name="carte-fierte"' in answered.content.decode()


@pytest.mark.parametrize("typed", ["abc def", "ABC-DEF", "  abcdef "])
def test_a_code_is_read_however_it_is_typed(typed):
    opened_session = open_session(code="ABCDEF")
    response = Client().post(reverse("live_sessions:door"), {"code": typed})
    assert response.url == reverse("live_sessions:phone", args=[opened_session.code])


@pytest.mark.parametrize("typed", ["", "ZZZZZZ", "\x00", "x" * 5000, "<script>"])
def test_an_unknown_code_is_refused_in_words(typed):
    response = Client().post(reverse("live_sessions:door"), {"code": typed})
    assert response.status_code == 404
    assert "regardez l’écran" in response.content.decode()


def test_the_cards_put_are_rounds_of_their_session(session):
    assert put(session) == 1
    assert put(session, "fierte") == 2
    assert LiveRound.objects.filter(session=session).count() == 2
