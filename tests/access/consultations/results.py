"""Lines of the access table: published results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.access.route import EVERYBODY, Route
from tests.access.world import World


def published(world: World) -> dict[str, Any]:
    """The code of A's consultation whose result is published."""
    return {"code": world.a.consultations.more["published"].code}  # type: ignore[attr-defined]


LINES: Mapping[str, Route] = {
    "consultations:result": Route(EVERYBODY, kwargs=published),
    "consultations:result_file": Route(EVERYBODY, kwargs=published),
}
