"""Which results are public, and how each kind of phase shows its own.

A phase that another one follows is shown as soon as that one has begun: the delivery of a budget
follows the result of its vote. The last ones wait for the publication, with the conclusion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from parvis.consultations.enums import INTERACTIVE, ConsultationState, PhaseKind
from parvis.consultations.models import Consultation, Phase
from parvis.consultations.pre_electoral import withheld
from parvis.consultations.results import budgets, ideas, opinions, pairs, projects

_SHOWN: Mapping[str, tuple[str, Callable[[Phase], dict[str, Any]]]] = {
    PhaseKind.IDEAS: ("consultations/results/_ideas.html", ideas.shown),
    PhaseKind.PROJECT: ("consultations/results/_projects.html", projects.shown),
    PhaseKind.EVALUATION: ("consultations/results/_projects.html", projects.shown),
    PhaseKind.OPINIONS: ("consultations/results/_opinions.html", opinions.shown),
    PhaseKind.PAIRS: ("consultations/results/_pairs.html", pairs.shown),
    PhaseKind.BUDGET: ("consultations/results/_budgets.html", budgets.shown),
}


@dataclass(frozen=True, slots=True)
class PhaseResult:
    """A phase that ended, and its result as the page shows it."""

    phase: Phase
    html: SafeString


def is_shown(phase: Phase) -> bool:
    """Whether anybody may read the result of a closed phase; its consultation is at hand."""
    consultation = phase.consultation
    if phase.closed_at is None or withheld(consultation) is not None:
        return False
    if consultation.state == ConsultationState.PUBLISHED:
        return True
    following = consultation.phases.filter(
        opens_at__gte=phase.closes_at, opens_at__lte=timezone.now()
    )
    return bool(following.exists())


def results_of(consultation: Consultation, *, for_team: bool = False) -> list[PhaseResult]:
    """The results that may be read, in the order of the phases; all that are closed, for its team.

    Phases that only inform have none.
    """
    found = []
    for phase in consultation.phases.all():
        phase.consultation = consultation
        if phase.kind in INTERACTIVE and (
            phase.closed_at is not None if for_team else is_shown(phase)
        ):
            found.append(PhaseResult(phase, _rendered(phase)))
    return found


def _rendered(phase: Phase) -> SafeString:
    template, shown = _SHOWN[phase.kind]
    content = shown(phase)
    context = {
        **content,
        "result": content,
        "phase": phase,
        "consultation": phase.consultation,
    }
    return render_to_string(template, context)
