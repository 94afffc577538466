"""Lines of the access table: official answers, milestones, the conclusion."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from parvis.consultations.enums import PhaseKind
from parvis.consultations.models import Contribution, Milestone
from tests.access.consultations.addresses import OPEN
from tests.access.route import COORDINATOR_OF_A, TEAM_OF_A, Route, fixed
from tests.access.world import World


def _idea(world: World) -> dict[str, Any]:
    rows = world.a.consultations
    return {"pk": rows.open.pk, "contribution": rows.idea.pk}


def _published(world: World) -> dict[str, Any]:
    return {"pk": world.a.consultations.more["published"].pk}  # type: ignore[attr-defined]


def _milestone(world: World) -> dict[str, Any]:
    milestone = world.a.consultations.more["milestone"]
    assert isinstance(milestone, Milestone)
    return {"pk": milestone.consultation_id, "milestone": milestone.pk}


def _revision(world: World) -> int:
    published = world.a.consultations.more["published"]
    published.refresh_from_db()  # type: ignore[attr-defined]
    return published.revision  # type: ignore[attr-defined, no-any-return]


def _ticked(world: World, role: str) -> dict[str, Any]:
    projects = Contribution.objects.filter(phase=world.a.consultations.phases[PhaseKind.BUDGET])
    return {
        "contribution": [project.pk for project in projects],
        "confirm": "1",
        "verdict": "retained",
        "reason": "Oui.",
    }


_MILESTONE = {"title": "Travaux", "due_on": date(2027, 1, 1).isoformat()}

LINES: Mapping[str, Route] = {
    "consultations:answers": Route(TEAM_OF_A, kwargs=OPEN),
    "consultations:answer": Route(
        TEAM_OF_A, TEAM_OF_A, kwargs=_idea, body=fixed(verdict="retained", reason="Oui.")
    ),
    "consultations:answer_alike": Route(post=TEAM_OF_A, kwargs=OPEN, body=_ticked),
    "consultations:embargo_reason": Route(
        COORDINATOR_OF_A, COORDINATOR_OF_A, kwargs=OPEN, body=fixed(embargo_reason="Sécurité.")
    ),
    "consultations:milestones": Route(TEAM_OF_A, kwargs=OPEN),
    "consultations:milestone_add": Route(
        TEAM_OF_A, TEAM_OF_A, kwargs=OPEN, body=fixed(**_MILESTONE)
    ),
    "consultations:milestone": Route(
        COORDINATOR_OF_A,
        COORDINATOR_OF_A,
        kwargs=_milestone,
        body=lambda world, role: {**_MILESTONE, "revision": "1"},
    ),
    "consultations:milestone_remove": Route(post=COORDINATOR_OF_A, kwargs=_milestone),
    "consultations:conclusion": Route(
        COORDINATOR_OF_A,
        COORDINATOR_OF_A,
        kwargs=_published,
        body=lambda world, role: {"conclusion": "Autrement dit.", "revision": _revision(world)},
    ),
}
