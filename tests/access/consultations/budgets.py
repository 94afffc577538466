"""Lines of the access table: the vote on a budget."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from parvis.consultations.enums import PhaseKind
from tests.access.consultations.addresses import phase
from tests.access.route import COORDINATOR_OF_A, EVERYBODY, Route, fixed
from tests.access.world import World

Kwargs = Callable[[World], dict[str, Any]]


def _prepared(**more: Callable[[dict[str, Any]], Any]) -> Kwargs:
    """The consultation of A whose vote on a budget is to come, and what else the address has."""

    def kwargs(world: World) -> dict[str, Any]:
        rows: dict[str, Any] = world.a.consultations.more
        found = {name: read(rows) for name, read in more.items()}
        return {"pk": rows["budget_phase"].consultation_id, **found}

    return kwargs


def _position(rows: dict[str, Any]) -> Any:
    return rows["budget_phase"].position


def _form(world: World, role: str) -> dict[str, Any]:
    """Anew each time: a form sent twice writes one project."""
    return {
        "title": "Une fontaine",
        "cost_euros": "5000",
        "text": "Sur la place.",
        "token": str(uuid4()),
    }


def _changed(world: World, role: str) -> dict[str, Any]:
    return {**_form(world, role), "revision": "1"}


def _project(world: World) -> dict[str, Any]:
    return {**phase(PhaseKind.BUDGET)(world), "number": 1}


LINES: Mapping[str, Route] = {
    "consultations:budget_ballot": Route(
        post=EVERYBODY, kwargs=phase(PhaseKind.BUDGET), body=fixed(geste="confirmer", projet="1")
    ),
    "consultations:budget_project": Route(EVERYBODY, kwargs=_project),
    "consultations:projects": Route(COORDINATOR_OF_A, kwargs=_prepared()),
    "consultations:project_ideas": Route(COORDINATOR_OF_A, kwargs=_prepared(position=_position)),
    "consultations:write_project": Route(
        COORDINATOR_OF_A,
        COORDINATOR_OF_A,
        kwargs=_prepared(position=_position),
        body=_form,
    ),
    "consultations:change_project": Route(
        COORDINATOR_OF_A,
        COORDINATOR_OF_A,
        kwargs=_prepared(project=lambda rows: rows["project"].pk),
        body=_changed,
    ),
    "consultations:remove_project": Route(
        COORDINATOR_OF_A,
        COORDINATOR_OF_A,
        kwargs=_prepared(project=lambda rows: rows["spare_project"].pk),
    ),
}
