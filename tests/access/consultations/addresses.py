"""Addresses of the world's consultations, in tenant A."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parvis.consultations.models import Consultation
from tests.access.consultations_world import ConsultationRows
from tests.access.world import World

Kwargs = Callable[[World], dict[str, Any]]


def consultation(read: Callable[[ConsultationRows], Consultation]) -> Kwargs:
    """The number of one of A's consultations, for its team."""
    return lambda world: {"pk": read(world.a.consultations).pk}


PREPARED = consultation(lambda rows: rows.prepared)
OPEN = consultation(lambda rows: rows.open)


def code(world: World) -> dict[str, Any]:
    """The code of A's open consultation."""
    return {"code": world.a.consultations.open.code}


def phase(kind: str) -> Kwargs:
    """The code of A's open consultation and the position of its phase of that kind."""
    return lambda world: {
        "code": world.a.consultations.open.code,
        "position": world.a.consultations.phases[kind].position,
    }
