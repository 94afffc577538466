"""Lines of the access table: comparisons by pairs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from parvis.consultations.enums import PhaseKind
from parvis.consultations.models import Contribution
from tests.access.consultations.addresses import phase
from tests.access.route import EVERYBODY, Route
from tests.access.world import World

IN_PHASE = phase(PhaseKind.PAIRS)


def comparison(world: World, role: str) -> dict[str, Any]:
    """The first item against the second."""
    items = Contribution.objects.filter(phase=world.a.consultations.phases["pairs"])
    first, second = items.order_by("pk").values_list("pk", flat=True)[:2]
    return {"premier": first, "second": second, "choix": first}


def item(world: World, role: str) -> dict[str, Any]:
    return {"text": f"Un sujet de {role}.", "token": str(uuid.uuid4())}


LINES: Mapping[str, Route] = {
    "consultations:pairs_prefer": Route(post=EVERYBODY, kwargs=IN_PHASE, body=comparison),
    "consultations:pairs_own": Route(EVERYBODY, kwargs=IN_PHASE),
    "consultations:pairs_ranking": Route(EVERYBODY, kwargs=IN_PHASE),
    "consultations:pairs_propose": Route(EVERYBODY, EVERYBODY, IN_PHASE, body=item),
}
