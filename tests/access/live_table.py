"""The lines of the access table for live sessions: coordinators lead, anybody may be there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from parvis.live_sessions.models import LiveSession
from parvis.live_sessions.tests.factories import device
from tests.access.live_world import LiveRows
from tests.access.route import COORDINATOR_OF_A, COORDINATORS, EVERYBODY, Body, Route, fixed
from tests.access.world import World

Kwargs = Callable[[World], dict[str, Any]]


def session(read: Callable[[LiveRows], LiveSession]) -> Kwargs:
    """The number of one of A's sessions."""
    return lambda world: {"pk": read(world.a.live).pk}


PREPARED = session(lambda rows: rows.prepared)
OPEN = session(lambda rows: rows.open)
ENDING = session(lambda rows: rows.ending)
ENDED = session(lambda rows: rows.ended)


def seen(read: Callable[[LiveRows], LiveSession], **values: Any) -> Body:
    """A form of the session as it is now."""

    def body(world: World, role: str) -> dict[str, Any]:
        version = LiveSession.objects.get(pk=read(world.a.live).pk).version
        return {"version": version, **values}

    return body


def code(world: World) -> dict[str, Any]:
    return {"code": world.a.live.open.code}


def answer(world: World, role: str) -> dict[str, Any]:
    """The form of somebody in A's room, without scripts."""
    opened = LiveSession.objects.get(pk=world.a.live.open.pk)
    return {
        "action": "repondre",
        "secret": device(),
        "round": opened.current,
        "carte-accueil": "2",
    }


SETTINGS = {"title": "Autre titre", "expected": "30", "threshold": "5"}

LIVE_TABLE: Mapping[str, Route] = {
    "live_sessions:sessions": Route(COORDINATORS),
    "live_sessions:create_session": Route(COORDINATORS, COORDINATORS, body=fixed(**SETTINGS)),
    "live_sessions:session": Route(COORDINATOR_OF_A, kwargs=PREPARED),
    "live_sessions:settings": Route(
        COORDINATOR_OF_A,
        COORDINATOR_OF_A,
        kwargs=PREPARED,
        body=seen(lambda rows: rows.prepared, **SETTINGS),
    ),
    "live_sessions:cards": Route(
        post=COORDINATOR_OF_A, kwargs=PREPARED, body=fixed(action="down:fierte")
    ),
    "live_sessions:open_session": Route(
        post=COORDINATOR_OF_A,
        kwargs=session(lambda rows: rows.ready),
        body=seen(lambda rows: rows.ready),
    ),
    "live_sessions:delete_session": Route(
        COORDINATOR_OF_A, COORDINATOR_OF_A, kwargs=session(lambda rows: rows.spare)
    ),
    "live_sessions:console": Route(COORDINATOR_OF_A, kwargs=OPEN),
    "live_sessions:console_state": Route(COORDINATOR_OF_A, kwargs=OPEN),
    "live_sessions:act": Route(
        post=COORDINATOR_OF_A,
        kwargs=OPEN,
        body=seen(lambda rows: rows.open, action="poser:fierte"),
    ),
    "live_sessions:hide_text": Route(
        post=COORDINATOR_OF_A,
        kwargs=lambda world: {**OPEN(world), "text": world.a.live.text.pk},
        body=fixed(ecarter="1"),
    ),
    "live_sessions:end_session": Route(COORDINATOR_OF_A, COORDINATOR_OF_A, kwargs=ENDING),
    "live_sessions:results": Route(COORDINATOR_OF_A, kwargs=ENDED),
    "live_sessions:results_csv": Route(COORDINATOR_OF_A, kwargs=ENDED),
    # --- The room: its code opens it, never a session. `live_sessions/tests/test_room.py`.
    # By POST, a code sends to its room.
    "live_sessions:door": Route(
        EVERYBODY,
        EVERYBODY,
        body=lambda world, role: {"code": world.a.live.open.code},
        writes=False,
    ),
    "live_sessions:phone": Route(EVERYBODY, EVERYBODY, kwargs=code, body=answer),
    "live_sessions:state": Route(EVERYBODY, kwargs=code),
    # Takes JSON alone: a form is refused in words.
    "live_sessions:enter": Route(post=EVERYBODY, kwargs=code, writes=False),
    "live_sessions:vote": Route(post=EVERYBODY, kwargs=code, writes=False),
    "live_sessions:screen": Route(EVERYBODY, kwargs=code),
    "live_sessions:screen_state": Route(EVERYBODY, kwargs=code),
}
