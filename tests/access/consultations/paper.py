"""Lines of the access table: paper sheets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from parvis.consultations.enums import PhaseKind
from tests.access.consultations.addresses import OPEN
from tests.access.route import TEAM_OF_A, Route, fixed
from tests.access.world import World


def _phase(world: World) -> dict[str, Any]:
    return {
        "pk": world.a.consultations.open.pk,
        "position": world.a.consultations.phases[PhaseKind.OPINIONS].position,
    }


LINES: Mapping[str, Route] = {
    "consultations:paper": Route(TEAM_OF_A, kwargs=OPEN),
    "consultations:paper_sheets": Route(TEAM_OF_A, kwargs=_phase),
    "consultations:paper_key": Route(
        TEAM_OF_A, TEAM_OF_A, kwargs=_phase, body=fixed(label="9-0001", s1="1")
    ),
    "consultations:paper_count": Route(post=TEAM_OF_A, kwargs=_phase),
    "consultations:paper_print": Route(
        TEAM_OF_A, kwargs=_phase, query=lambda world: {"first": 1, "count": 2}
    ),
    "consultations:paper_sheet": Route(
        TEAM_OF_A,
        TEAM_OF_A,
        kwargs=lambda world: {
            "pk": world.a.consultations.open.pk,
            "sheet": world.a.consultations.more["sheet"].pk,  # type: ignore[attr-defined]
        },
        body=fixed(s1="1"),
    ),
}
