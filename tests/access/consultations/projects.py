"""Lines of the access table: a project, its arguments, the documents of a phase."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from parvis.consultations.enums import PhaseKind
from tests.access.consultations.addresses import OPEN, phase
from tests.access.consultations_budget_world import small_pdf
from tests.access.route import COORDINATOR_OF_A, EVERYBODY, Route, fixed
from tests.access.world import World

_PROJECT = phase(PhaseKind.PROJECT)


def _argument(world: World) -> dict[str, Any]:
    argument: Any = world.a.consultations.more["argument"]
    return {**_PROJECT(world), "number": argument.number}


def _document(world: World) -> dict[str, Any]:
    document: Any = world.a.consultations.more["document"]
    return {**_PROJECT(world), "pk": document.pk}


def _written(world: World, role: str) -> dict[str, Any]:
    """Anew each time: the same words are refused a second time."""
    return {"kind": "for", "text": f"Argument {uuid4()}", "token": str(uuid4())}


def _pdf(world: World, role: str) -> dict[str, Any]:
    return {"document": SimpleUploadedFile("plan.pdf", small_pdf(str(uuid4())))}


def _phase(world: World) -> dict[str, Any]:
    where = world.a.consultations.phases[PhaseKind.PROJECT]
    return {**OPEN(world), "position": where.position}


def _spare(world: World) -> dict[str, Any]:
    document: Any = world.a.consultations.more["spare_document"]
    return {**_phase(world), "document": document.pk}


LINES: Mapping[str, Route] = {
    "consultations:project_note": Route(
        post=EVERYBODY, kwargs=_PROJECT, body=fixed(**{"note-1": "3"})
    ),
    "consultations:argument_write": Route(post=EVERYBODY, kwargs=_PROJECT, body=_written),
    "consultations:argument_support": Route(post=EVERYBODY, kwargs=_argument),
    # Of its author alone, whom no person of the table is: 404 for everybody.
    "consultations:argument_edit": Route(kwargs=_argument),
    "consultations:phase_document": Route(EVERYBODY, kwargs=_document),
    "consultations:phase_documents": Route(
        COORDINATOR_OF_A,
        COORDINATOR_OF_A,
        kwargs=_phase,
        body=_pdf,
    ),
    "consultations:remove_phase_document": Route(post=COORDINATOR_OF_A, kwargs=_spare),
}
