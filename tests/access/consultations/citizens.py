"""Lines of the access table: the list of consultations, one of them, its phases."""

from __future__ import annotations

from collections.abc import Mapping

from parvis.consultations.enums import PhaseKind
from tests.access.consultations.addresses import code, phase
from tests.access.route import EVERYBODY, Route

LINES: Mapping[str, Route] = {
    "consultations:public_list": Route(EVERYBODY),
    "consultations:public": Route(EVERYBODY, kwargs=code),
    "consultations:phase": Route(EVERYBODY, kwargs=phase(PhaseKind.IDEAS)),
}
