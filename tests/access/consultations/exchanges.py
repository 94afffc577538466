"""Lines of the access table: imports."""

from __future__ import annotations

from collections.abc import Mapping

from tests.access.route import Route

LINES: Mapping[str, Route] = {}
