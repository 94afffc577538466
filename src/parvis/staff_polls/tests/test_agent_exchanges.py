"""What the player says to the server: an invitation for a token, a token for a ballot."""

from __future__ import annotations

import base64
import json
import logging
import secrets
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django_scopes import scopes_disabled

from parvis.foundation.tests.blind_client import BlindClient
from parvis.staff_polls import keys
from parvis.staff_polls.models import Ballot, EligibleAgent, StaffPoll
from parvis.staff_polls.operations.releasing import close
from parvis.staff_polls.tests.voting import agents_of, collect, open_poll, printed_codes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("drawn_keys")]


@pytest.fixture
def poll() -> StaffPoll:
    return open_poll(12, printed=3)


def ask(client: Client, name: str, poll: StaffPoll, content: Any) -> HttpResponse:
    body = content if isinstance(content, bytes) else json.dumps(content)
    path = reverse(f"staff_polls:{name}", args=[poll.code])
    return client.post(path, body, content_type="application/json")


def url_safe(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def invitation_of(poll: StaffPoll, rank: int = 0) -> str:
    with scopes_disabled():
        return keys.invitation(agents_of(poll)[rank])


def held(poll: StaffPoll, rank: int = 0) -> dict[str, Any]:
    token = collect(agents_of(poll)[rank])
    return {
        "group": token.group,
        "message": url_safe(token.message),
        "signature": url_safe(token.signature),
    }


def ballots() -> int:
    with scopes_disabled():
        return Ballot.objects.count()


def test_from_the_invitation_to_the_box(poll: StaffPoll):
    """With three clients: nothing of the first exchange is needed by the others."""
    invitation = invitation_of(poll)
    first = ask(Client(), "take_token", poll, {"invitation": invitation})
    assert first.status_code == 200
    device = BlindClient(raw(first.json()["public_key"]))
    kept = device.prepare(secrets.token_bytes(32))
    content = {"invitation": invitation, "blinded": url_safe(kept.blinded)}
    issued = ask(Client(), "take_token", poll, content)
    assert issued.status_code == 200
    assert issued["Cache-Control"] == "no-store"
    signature = device.finalize(kept, raw(issued.json()["signature"]))
    ballot = {
        "group": issued.json()["group"],
        "message": url_safe(kept.message),
        "signature": url_safe(signature),
        "answers": {"fierte": 1},
    }
    received = ask(Client(), "cast", poll, ballot)
    assert (received.status_code, received.json()) == (202, {"received": True})
    assert ballots() == 1
    ask(Client(), "cast", poll, {**ballot, "answers": {"fierte": 0}})
    assert ballots() == 1


def test_asking_for_the_group_collects_nothing(client: Client, poll: StaffPoll):
    ask(client, "take_token", poll, {"invitation": invitation_of(poll)})
    with scopes_disabled():
        assert not EligibleAgent.objects.exclude(blinded_hash="").exists()


def test_a_second_token_is_refused_and_the_first_is_given_again(client: Client, poll: StaffPoll):
    invitation = invitation_of(poll)
    group = ask(client, "take_token", poll, {"invitation": invitation}).json()
    device = BlindClient(raw(group["public_key"]))
    blinded = [url_safe(device.prepare(secrets.token_bytes(32)).blinded) for _rank in range(2)]
    answers = [
        ask(client, "take_token", poll, {"invitation": invitation, "blinded": one})
        for one in (blinded[0], blinded[0], blinded[1])
    ]
    assert [one.status_code for one in answers] == [200, 200, 409]
    assert answers[0].json() == answers[1].json()
    assert answers[2].json()["error"] == "collected"
    assert "personne, pas même nous" in answers[2].json()["message"]


def test_a_printed_code_is_taken_in_json_too(client: Client, poll: StaffPoll):
    (code,) = printed_codes(poll, 1)
    content = {"code": code, "answers": {"fierte": 1}}
    assert ask(client, "cast", poll, content).status_code == 202
    wrong = ask(client, "cast", poll, {**content, "code": "ABCDEFGHJKMN"})
    assert (wrong.status_code, wrong.json()["error"]) == (403, "unknown")
    assert wrong.json()["field"] == "code"


def test_an_answer_that_is_none_names_its_card(client: Client, poll: StaffPoll):
    content = {**held(poll), "answers": {"fierte": 1, "souhait": "a" * 1_000_000}}
    refused = ask(client, "cast", poll, content)
    assert refused.status_code == 422
    assert refused.json()["field"] == "souhait"
    assert "elle est gardée" in refused.json()["message"]
    assert ballots() == 0


def test_a_token_of_another_poll_is_not_one(client: Client, poll: StaffPoll):
    content = {**held(open_poll(12)), "answers": {}}
    refused = ask(client, "cast", poll, content)
    assert (refused.status_code, refused.json()["error"]) == (403, "unknown")


def test_after_the_close(client: Client, poll: StaffPoll):
    token = held(poll)
    (code,) = printed_codes(poll, 1)
    invitation = invitation_of(poll, 1)
    close(poll=poll, by=None)
    for name, content in (
        ("take_token", {"invitation": invitation}),
        ("cast", {**token, "answers": {}}),
        ("cast", {"code": code, "answers": {}}),
    ):
        refused = ask(client, name, poll, content)
        assert (refused.status_code, refused.json()["error"]) == (410, "closed")


@pytest.mark.parametrize(
    "content",
    [
        b" ",
        b"{",
        b"[]",
        b"1" * 500,
        b'"\\ud800"',
        {},
        {"invitation": 3},
        {"invitation": "x" * 3000},
        {"invitation": "x", "blinded": 3},
        {"invitation": "x", "blinded": "é"},
        {"invitation": "x", "blinded": "a"},
        b" " * 5000,
    ],
)
def test_an_unreadable_request_for_a_token(client: Client, poll: StaffPoll, content: Any):
    refused = ask(client, "take_token", poll, content)
    assert (refused.status_code, refused.json()["error"]) == (422, "unreadable")
    assert refused.json()["message"]


@pytest.mark.parametrize(
    "invitation", ["", "x", "0" * 64, "é" * 64, "\x00", "\ud800" * 64, "g" * 64]
)
def test_an_invitation_of_nobody(client: Client, poll: StaffPoll, invitation: str):
    refused = ask(client, "take_token", poll, {"invitation": invitation})
    assert refused.status_code in (403, 422)


@pytest.mark.parametrize(
    "content",
    [
        b" ",
        [],
        {"answers": {}},
        {"group": True, "message": "", "signature": "", "answers": {}},
        {"group": 10**30, "message": "", "signature": "", "answers": {}},
        {"group": 1, "message": None, "signature": "", "answers": {}},
        {"group": 1, "message": "*", "signature": "", "answers": {}},
        {"code": 3, "answers": {}},
    ],
)
def test_an_unreadable_ballot(client: Client, poll: StaffPoll, content: Any):
    refused = ask(client, "cast", poll, content)
    assert (refused.status_code, refused.json()["error"]) == (422, "unreadable")
    assert ballots() == 0


@pytest.mark.parametrize("answers", [None, [], 3, "x", {"autre": 1}, {"fierte": True}])
def test_unreadable_answers(client: Client, poll: StaffPoll, answers: Any):
    refused = ask(client, "cast", poll, {**held(poll), "answers": answers})
    assert refused.status_code == 422
    assert ballots() == 0


def test_a_ballot_longer_than_any_is_refused_in_words(client: Client, poll: StaffPoll):
    body = b'{"answers": "' + b"a" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}'
    refused = ask(client, "cast", poll, body)
    assert refused.status_code == 422
    assert "trop long" in refused.json()["message"]


def test_only_post(client: Client, poll: StaffPoll):
    for name in ("take_token", "cast"):
        assert client.get(reverse(f"staff_polls:{name}", args=[poll.code])).status_code == 405


def test_neither_exchange_leaves_a_line_in_the_logs(
    client: Client, poll: StaffPoll, caplog: pytest.LogCaptureFixture
):
    from parvis.foundation.untraced import OnlyWhatBroke

    token = held(poll)
    with caplog.at_level(logging.DEBUG):
        ask(client, "take_token", poll, {"invitation": invitation_of(poll, 1)})
        ask(client, "take_token", poll, {"invitation": "nobody"})
        ask(client, "cast", poll, {**token, "answers": {"fierte": 1}})
        ask(client, "cast", poll, {**token, "answers": {"fierte": 9}})
    kept = [
        record
        for record in caplog.records
        if OnlyWhatBroke().filter(record) and not record.name.startswith("django.db")
    ]
    assert [record.getMessage() for record in kept] == []
