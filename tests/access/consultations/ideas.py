"""Lines of the access table: ideas."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from parvis.consultations.enums import PhaseKind
from tests.access.consultations.addresses import phase
from tests.access.route import EVERYBODY, NOBODY, Route
from tests.access.world import World

PHASE = phase(PhaseKind.IDEAS)


def idea(world: World) -> dict[str, Any]:
    """A's published idea."""
    return {**PHASE(world), "number": world.a.consultations.idea.number}


def waiting(world: World) -> dict[str, Any]:
    """What somebody of A wrote, which only their browser opens."""
    return {**PHASE(world), "number": world.a.consultations.waiting.number}


def own_file(world: World) -> dict[str, Any]:
    return {**waiting(world), "pk": 1}


def words(**sent: str) -> Callable[[World, str], dict[str, Any]]:
    return lambda world, role: {"token": str(uuid.uuid4()), **sent}


LINES: Mapping[str, Route] = {
    "consultations:idea_map": Route(EVERYBODY, kwargs=PHASE),
    "consultations:idea_points": Route(EVERYBODY, kwargs=PHASE),
    "consultations:idea_write": Route(
        EVERYBODY,
        EVERYBODY,
        kwargs=PHASE,
        body=words(title="Un banc", text="Devant l’école.", geste="envoyer"),
    ),
    "consultations:idea_near": Route(EVERYBODY, EVERYBODY, kwargs=PHASE, writes=False),
    "consultations:idea": Route(EVERYBODY, kwargs=idea),
    "consultations:idea_preview": Route(EVERYBODY, kwargs=idea),
    "consultations:idea_support": Route(post=EVERYBODY, kwargs=idea),
    "consultations:idea_follow": Route(post=EVERYBODY, kwargs=idea),
    "consultations:idea_comment": Route(post=EVERYBODY, kwargs=idea, body=words(text="Oui.")),
    # One's own, by the cookie of a browser: a signed-in person has none.
    "consultations:idea_edit": Route(NOBODY, NOBODY, kwargs=waiting),
    "consultations:idea_check": Route(NOBODY, NOBODY, kwargs=waiting),
    "consultations:idea_discard": Route(NOBODY, NOBODY, kwargs=waiting),
    "consultations:idea_file": Route(NOBODY, kwargs=own_file),
    "consultations:idea_detach": Route(NOBODY, NOBODY, kwargs=own_file),
}
