"""Sessions for the tests of this room and of those above."""

from __future__ import annotations

import secrets
from typing import Any

import factory
from django_scopes import scopes_disabled
from factory.django import DjangoModelFactory

from parvis.accounts.tests.factories import PersonFactory
from parvis.live_sessions import codes, keys
from parvis.live_sessions.enums import Shape
from parvis.live_sessions.models import LiveBallot, LiveSession
from parvis.live_sessions.operations.running import open_room, put_card
from parvis.live_sessions.operations.voting import cast_vote, read_written
from parvis.live_sessions.session_document import LiveAnswer, of_poll
from parvis.organisations.tests.factories import OrganisationFactory
from parvis.staff_polls.tests.factories import every_kind


def every_card() -> dict[str, Any]:
    """Cards of every kind and of both shapes: `mot` is a cloud, `souhait` is ideas."""
    cards = of_poll(every_kind()["cards"])
    word = {"key": "mot", "kind": "sentence", "text": "Notre accueil en un mot :"}
    return {"cards": [*cards, {**word, "shape": Shape.WORDS}]}


class LiveSessionFactory(DjangoModelFactory[LiveSession]):
    """A session ready to be opened, of five people at least."""

    class Meta:
        model = LiveSession

    organisation = factory.SubFactory(OrganisationFactory)
    code = factory.LazyFunction(codes.new_session_code)
    title = factory.Sequence(lambda number: f"Réunion {number}")
    document = factory.LazyFunction(every_card)
    threshold = 5
    expected = 20


def open_session(**more: Any) -> LiveSession:
    """A session whose room is open."""
    with scopes_disabled():
        session = LiveSessionFactory(**more)
        return open_room(session=session, by=PersonFactory(), version=session.version)


def device() -> str:
    """The secret of a new device."""
    return secrets.token_hex(codes.SECRET_BYTES)


def vote(session: LiveSession, number: int, answer: Any, *, secret: str = "") -> str:
    """A device answers the `number`-th card put; returns its secret."""
    secret = secret or device()
    token = codes.token_of(secret, code=session.code, number=number)
    cast_vote(code=session.code, number=number, token=token, answer=answer)
    return secret


def put(session: LiveSession, key: str = "accueil") -> int:
    """Put a card on the screen; its number among those put."""
    session.refresh_from_db()
    session.current = put_card(session=session, key=key, version=session.version).current
    return session.current


def box_of(session: LiveSession, **only: Any) -> dict[str, LiveAnswer]:
    """The answer of each token that lies in the boxes of a session, opened; of some `only`."""
    box = keys.Box(session.key_name)
    ballots = LiveBallot.objects.filter(round__session=session, **only)
    rows = ballots.values_list("token", "sealed")
    return {token: read_written(box.open(bytes(sealed), token=token)) for token, sealed in rows}
