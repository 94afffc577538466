"""Lines of the access table: what a participant said.

Theirs alone, by the cookie of their browser, which no role of the table holds: a page says that
this browser takes part in nothing, a form that there is nothing to change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from parvis.consultations.enums import PhaseKind
from parvis.consultations.operations.digests import confirmation, unsubscription
from tests.access.consultations.addresses import code, phase
from tests.access.route import EVERYBODY, Route
from tests.access.world import World

IN_PHASE = phase(PhaseKind.OPINIONS)


def text(world: World) -> dict[str, Any]:
    return {**code(world), "contribution": world.a.consultations.waiting.pk}


def confirming(world: World) -> dict[str, Any]:
    return {**code(world), "token": confirmation(world.a.consultations.participant)}


def leaving(world: World) -> dict[str, Any]:
    return {**code(world), "token": unsubscription(world.a.consultations.participant)}


LINES: Mapping[str, Route] = {
    "consultations:own": Route(EVERYBODY, kwargs=code),
    "consultations:own_votes": Route(EVERYBODY, kwargs=IN_PHASE),
    "consultations:take_back_vote": Route(post=EVERYBODY, kwargs=IN_PHASE, writes=False),
    "consultations:withdraw_own": Route(post=EVERYBODY, kwargs=text, writes=False),
    "consultations:present_oneself": Route(post=EVERYBODY, kwargs=code, writes=False),
    "consultations:ask_digest": Route(post=EVERYBODY, kwargs=code, writes=False),
    "consultations:stop_digest": Route(post=EVERYBODY, kwargs=code, writes=False),
    "consultations:own_data": Route(EVERYBODY, kwargs=code),
    "consultations:erase_own": Route(EVERYBODY, EVERYBODY, kwargs=code, writes=False),
    "consultations:confirm": Route(EVERYBODY, EVERYBODY, kwargs=confirming),
    "consultations:unsubscribe": Route(EVERYBODY, EVERYBODY, kwargs=leaving),
}
