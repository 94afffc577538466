"""The hat worn, for the navigation of every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def hat(request: HttpRequest) -> dict[str, Any]:
    return {"hat": getattr(request, "hat", None)}
