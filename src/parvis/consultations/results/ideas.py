"""The result of a phase of ideas."""

from __future__ import annotations

from typing import Any

from parvis.consultations.models import Phase


def count(phase: Phase) -> dict[str, Any]:
    """The result, as JSON."""
    return {}


def shown(phase: Phase) -> dict[str, Any]:
    """What the template of the result reads."""
    return phase.result
