"""Lines of the access table: imports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from parvis.consultations.enums import PhaseKind
from tests.access.consultations.addresses import OPEN
from tests.access.route import COORDINATOR_OF_A, Route
from tests.access.world import World


def _job(name: str) -> Callable[[World], dict[str, Any]]:
    def kwargs(world: World) -> dict[str, Any]:
        rows = world.a.consultations
        return {"pk": rows.open.pk, "job": rows.more[name].pk}  # type: ignore[attr-defined]

    return kwargs


def _file(world: World, role: str) -> dict[str, Any]:
    return {
        "format": "decidim",
        "phase": world.a.consultations.phases[PhaseKind.IDEAS].pk,
        "file": SimpleUploadedFile("export.csv", b"id;title\n1;Un banc\n"),
    }


LINES: Mapping[str, Route] = {
    "consultations:imports": Route(COORDINATOR_OF_A, COORDINATOR_OF_A, kwargs=OPEN, body=_file),
    "consultations:import": Route(COORDINATOR_OF_A, kwargs=_job("import")),
    "consultations:import_start": Route(post=COORDINATOR_OF_A, kwargs=_job("import_spare")),
    "consultations:import_discard": Route(post=COORDINATOR_OF_A, kwargs=_job("import_thrown")),
}
