"""Ballots and tokens that arrive while a poll is stirred or closed, on a server's database."""

from __future__ import annotations

import pytest

from parvis.foundation.tests.races import at_once, needs_a_server
from parvis.staff_polls import keys
from parvis.staff_polls.models import Ballot, EligibleAgent, Release, StaffPoll
from parvis.staff_polls.operations.casting import read_written
from parvis.staff_polls.operations.releasing import close, stir
from parvis.staff_polls.refusals import Closed
from parvis.staff_polls.tests.voting import agents_of, cast, collect, open_poll

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _server(drawn_keys: None) -> None:
    needs_a_server()


@pytest.fixture
def poll() -> StaffPoll:
    return open_poll(12)


def test_a_ballot_replaced_while_the_box_is_stirred(poll: StaffPoll) -> None:
    """The row it waits for is deleted and written anew: one ballot, with the last answers."""
    held = collect(agents_of(poll)[0])
    cast(poll, held, {"fierte": 0})
    Ballot.objects.update(entered=1)
    raised = at_once(lambda: stir(poll=poll), lambda: cast(poll, held, {"fierte": 1}))

    assert raised is None
    ballot = Ballot.objects.get()
    assert (ballot.entered, ballot.is_replaced) == (1, True)
    box = keys.Box(poll)
    assert read_written(box.open(bytes(ballot.sealed), token=ballot.token)) == {"fierte": 1}


def test_a_token_collected_while_the_roll_is_stirred(poll: StaffPoll) -> None:
    agent = agents_of(poll)[0]
    assert at_once(lambda: stir(poll=poll), lambda: collect(agent)) is None
    assert EligibleAgent.objects.exclude(blinded_hash="").get().pk == agent.pk


def test_a_ballot_that_arrives_while_the_poll_closes_is_refused(poll: StaffPoll) -> None:
    held = collect(agents_of(poll)[0])
    raised = at_once(lambda: close(poll=poll, by=None), lambda: cast(poll, held, {"fierte": 1}))

    assert isinstance(raised, Closed)
    assert not Ballot.objects.exists()


def test_a_token_asked_for_while_the_poll_closes_is_refused(poll: StaffPoll) -> None:
    agent = agents_of(poll)[0]
    raised = at_once(lambda: close(poll=poll, by=None), lambda: collect(agent))

    assert isinstance(raised, Closed)
    assert not EligibleAgent.objects.exists()


def test_a_ballot_received_before_the_close_is_counted() -> None:
    """Of ten, the threshold: without the last one nothing would be shown."""
    poll = open_poll(10)
    held = [collect(agent) for agent in agents_of(poll)]
    for one in held[:-1]:
        cast(poll, one, {"fierte": 1})
    raised = at_once(lambda: cast(poll, held[-1], {"fierte": 1}), lambda: close(poll=poll, by=None))

    assert raised is None
    assert "fierte" in Release.objects.get().tables["cards"]
    assert not Ballot.objects.exists()
