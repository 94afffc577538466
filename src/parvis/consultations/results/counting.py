"""The count of a phase, whatever its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from parvis.consultations.enums import PhaseKind
from parvis.consultations.models import Phase
from parvis.consultations.results import budgets, ideas, opinions, pairs, projects

_COUNTS: Mapping[str, Callable[[Phase], dict[str, Any]]] = {
    PhaseKind.IDEAS: ideas.count,
    PhaseKind.PROJECT: projects.count,
    PhaseKind.EVALUATION: projects.count,
    PhaseKind.OPINIONS: opinions.count,
    PhaseKind.PAIRS: pairs.count,
    PhaseKind.BUDGET: budgets.count,
}


def count(phase: Phase) -> dict[str, Any]:
    """The result of a phase whose ballots were just cut from their voters; empty if it informs."""
    counted = _COUNTS.get(phase.kind)
    return counted(phase) if counted else {}
