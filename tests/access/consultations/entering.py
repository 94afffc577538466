"""Lines of the access table: where people are verified."""

from __future__ import annotations

from collections.abc import Mapping

from tests.access.consultations.addresses import code
from tests.access.route import EVERYBODY, Route

LINES: Mapping[str, Route] = {
    "consultations:enter": Route(EVERYBODY, kwargs=code),
}
