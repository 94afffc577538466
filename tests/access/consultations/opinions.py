"""Lines of the access table: opinions, and votes sent by scripts."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from parvis.consultations.enums import PhaseKind
from parvis.consultations.models import Contribution
from tests.access.consultations.addresses import code, phase
from tests.access.route import EVERYBODY, Route
from tests.access.world import World

IN_PHASE = phase(PhaseKind.OPINIONS)


def opinion(world: World, role: str) -> dict[str, Any]:
    """An answer to the first statement."""
    statements = Contribution.objects.filter(phase=world.a.consultations.phases["opinions"])
    return {"sujet": statements.order_by("pk")[0].pk, "avis": "accord"}


def statement(world: World, role: str) -> dict[str, Any]:
    return {"text": f"Une phrase de {role}.", "token": str(uuid.uuid4())}


LINES: Mapping[str, Route] = {
    "consultations:vote": Route(post=EVERYBODY, kwargs=code, writes=False),
    "consultations:opinions_vote": Route(post=EVERYBODY, kwargs=IN_PHASE, body=opinion),
    "consultations:opinions_own": Route(EVERYBODY, kwargs=IN_PHASE),
    "consultations:opinions_map": Route(EVERYBODY, kwargs=IN_PHASE),
    "consultations:opinions_propose": Route(EVERYBODY, EVERYBODY, IN_PHASE, body=statement),
}
