"""One token an agent, one ballot a token, and what each refusal says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.foundation.errors import Refusal
from parvis.staff_polls import keys
from parvis.staff_polls.models import Ballot, EligibleAgent, StaffPoll
from parvis.staff_polls.operations.casting import cast_ballot, cast_printed
from parvis.staff_polls.operations.issuing import issue_token
from parvis.staff_polls.operations.releasing import close
from parvis.staff_polls.refusals import Closed, Collected, PollRefusal, Unknown
from parvis.staff_polls.tests.voting import (
    agents_of,
    cast,
    collect,
    open_poll,
    prepare,
    printed_codes,
)

pytestmark = pytest.mark.django_db

ALL = {
    "fierte": 1,
    "accueil": 3,
    "attente": 7,
    "canal": 2,
    "outils": [2, 0],
    "ordre": [2, 0, 1],
    "devinette": 8,
    "souhait": "  Des horaires affichés 🙂 <b>dehors</b>  ",
}


@pytest.fixture
def poll() -> StaffPoll:
    return open_poll(12, printed=3)


def answers_in(poll: StaffPoll) -> list[dict[str, Any]]:
    box = keys.Box(poll)
    with scopes_disabled():
        ballots = list(Ballot.objects.filter(poll=poll))
    return [json.loads(box.open(bytes(ballot.sealed), token=ballot.token)) for ballot in ballots]


def test_ballot_holds_what_was_answered(poll: StaffPoll) -> None:
    cast(poll, collect(agents_of(poll)[0]), ALL)

    (read,) = answers_in(poll)
    expected = {**ALL, "outils": [0, 2], "souhait": "Des horaires affichés 🙂 <b>dehors</b>"}
    assert read == expected


def test_same_token_again_replaces(poll: StaffPoll) -> None:
    held = collect(agents_of(poll)[0])
    for smiley in (0, 1, 2):
        cast(poll, held, {"accueil": smiley})

    assert answers_in(poll) == [{"accueil": 2}]


def test_ballot_counted_then_replaced_says_so(poll: StaffPoll) -> None:
    first, second = (collect(agent) for agent in agents_of(poll)[:2])
    cast(poll, first, {"accueil": 0})
    cast(poll, second, {"accueil": 0})
    with scopes_disabled():
        entered = Ballot.objects.order_by("pk").first()
        Ballot.objects.filter(pk=entered.pk).update(entered=1)
        cast(poll, first, {"accueil": 1})
        cast(poll, second, {"accueil": 1})
        marks = {row.pk: row.is_replaced for row in Ballot.objects.all()}

    assert marks.pop(entered.pk) is True
    assert list(marks.values()) == [False]


def test_same_request_is_signed_again(poll: StaffPoll) -> None:
    agent = agents_of(poll)[0]
    client, kept, invitation = prepare(agent)
    first, second = (
        issue_token(poll_code=poll.code, invitation=invitation, blinded=kept.blinded)
        for _time in range(2)
    )

    assert client.finalize(kept, first.signature) == client.finalize(kept, second.signature)


def test_second_token_is_refused(poll: StaffPoll) -> None:
    agent = agents_of(poll)[0]
    collect(agent)

    with pytest.raises(Collected):
        collect(agent)


@pytest.mark.parametrize("typed", ["", "é" * 64, "0" * 64, "zz" * 32, "\x00"])
def test_unknown_invitation(poll: StaffPoll, typed: str) -> None:
    with pytest.raises(Unknown):
        issue_token(poll_code=poll.code, invitation=typed, blinded=b"1" * 384)


def test_invitation_of_another_poll(poll: StaffPoll) -> None:
    other = open_poll(10)
    invitation = keys.invitation(agents_of(other)[0])

    with pytest.raises(Unknown):
        issue_token(poll_code=poll.code, invitation=invitation, blinded=b"1" * 384)


@pytest.mark.parametrize("blinded", [b"", b"\x00" * 384, b"\xff" * 384, b"1" * 383])
def test_unfit_request_takes_nothing(poll: StaffPoll, blinded: bytes) -> None:
    agent = agents_of(poll)[0]
    with pytest.raises(PollRefusal):
        issue_token(poll_code=poll.code, invitation=keys.invitation(agent), blinded=blinded)

    collect(agent)  # the agent may still collect


def test_forged_or_foreign_token(poll: StaffPoll) -> None:
    held = collect(agents_of(poll)[0])
    other = open_poll(10)
    with pytest.raises(Unknown):
        cast(other, held, {"accueil": 1})
    for message, signature in (
        (held.message, b"0" * 384),
        (b"another message", held.signature),
        (b"", b""),
        (held.message * 100, held.signature),
    ):
        with pytest.raises(Unknown):
            cast_ballot(
                poll_code=poll.code,
                group=1,
                message=message,
                signature=signature,
                answers={"accueil": 1},
            )
    with scopes_disabled():
        assert not Ballot.objects.exists()


def test_token_of_one_group_is_not_of_another() -> None:
    poll = open_poll(10, 10)
    held = collect(agents_of(poll, group=1)[0])

    with pytest.raises(Unknown):
        cast_ballot(
            poll_code=poll.code,
            group=2,
            message=held.message,
            signature=held.signature,
            answers={"accueil": 1},
        )


@pytest.mark.parametrize(
    "answers",
    [
        None,
        [],
        {"accueil": 4},
        {"accueil": -1},
        {"accueil": True},
        {"accueil": "1"},
        {"canal": 9},
        {"outils": [0, 0]},
        {"outils": 1},
        {"ordre": [0, 1]},
        {"souhait": 3},
        {"souhait": "a" * 501},
        {"souhait": "\ud800"},
        {"inconnue": 1},
        {3: 1},
    ],
)
def test_unreadable_answers_lose_nothing(poll: StaffPoll, answers: Any) -> None:
    held = collect(agents_of(poll)[0])
    cast(poll, held, {"accueil": 3})

    with pytest.raises(Refusal):
        cast(poll, held, answers)
    assert answers_in(poll) == [{"accueil": 3}]


def test_printed_code_is_a_token(poll: StaffPoll) -> None:
    code, _other = printed_codes(poll, 2)
    cast_printed(poll_code=poll.code, code=code, answers={"accueil": 0})
    typed = f"{code[:4]}-{code[4:8]} {code[8:]}".lower()
    cast_printed(poll_code=poll.code, code=typed, answers={"accueil": 2})

    assert answers_in(poll) == [{"accueil": 2}]
    for wrong in ("", "ABCD", "2" * 12):
        with pytest.raises(Unknown):
            cast_printed(poll_code=poll.code, code=wrong, answers={"accueil": 2})


def test_after_the_close_nothing_is_taken(poll: StaffPoll) -> None:
    held = collect(agents_of(poll)[0])
    (code,) = printed_codes(poll, 1)
    late = keys.invitation(agents_of(poll)[1])
    close(poll=poll, by=None)

    with pytest.raises(Closed):
        cast(poll, held, {"accueil": 1})
    with pytest.raises(Closed):
        cast_printed(poll_code=poll.code, code=code, answers={"accueil": 1})
    with pytest.raises(Closed):
        issue_token(poll_code=poll.code, invitation=late, blinded=b"1" * 384)


def test_close_erases_roll_box_and_keys(
    poll: StaffPoll, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast(poll, collect(agents_of(poll)[0]), ALL)
    monkeypatch.setattr(
        "parvis.staff_polls.operations.releasing.wipe_freed_space", lambda: None
    )  # needs to be outside the transaction of this test
    with django_capture_on_commit_callbacks(execute=True):
        close(poll=poll, by=None)

    with scopes_disabled():
        assert not Ballot.objects.exists()
        assert not EligibleAgent.objects.exists()
        poll.refresh_from_db()
    assert poll.closed_at is not None
    assert poll.closed_at <= timezone.now()
    assert not keys.are_held(poll)
