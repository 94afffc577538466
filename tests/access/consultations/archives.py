"""Lines of the access table: open data."""

from __future__ import annotations

from collections.abc import Mapping

from tests.access.consultations.results import published
from tests.access.route import EVERYBODY, Route

LINES: Mapping[str, Route] = {
    "consultations:open_data": Route(EVERYBODY, kwargs=published),
    "consultations:archive": Route(EVERYBODY, kwargs=published),
}
