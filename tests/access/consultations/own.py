"""Lines of the access table: what a participant said."""

from __future__ import annotations

from collections.abc import Mapping

from tests.access.route import Route

LINES: Mapping[str, Route] = {}
