"""The page of a phase: each kind has its own, the others inform."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from parvis.consultations.calendar import place_in_words, steps_of
from parvis.consultations.delivery import delivered
from parvis.consultations.enums import PhaseKind
from parvis.consultations.models import Attachment
from parvis.consultations.views.citizen import budgets, ideas, opinions, pairs, projects
from parvis.consultations.views.citizen.visit import Visit, visiting

_PAGES: Mapping[str, Callable[[Visit], HttpResponse]] = {
    PhaseKind.IDEAS: ideas.page,
    PhaseKind.PROJECT: projects.page,
    PhaseKind.EVALUATION: projects.page,
    PhaseKind.OPINIONS: opinions.page,
    PhaseKind.PAIRS: pairs.page,
    PhaseKind.BUDGET: budgets.page,
}


@require_safe
@visiting
def phase(visit: Visit) -> HttpResponse:
    """The page of a phase, whatever its kind."""
    page = _PAGES.get(visit.running.kind, _information)
    return page(visit)


def _information(visit: Visit) -> HttpResponse:
    phase = visit.running
    steps = steps_of(visit.consultation, now=visit.now)
    files = Attachment.objects.filter(phase=phase, contribution=None)
    return visit.render(
        "consultations/public/phase.html",
        {
            "steps": steps,
            "place": place_in_words(phase, steps),
            "attachments": list(files.order_by("pk")),
            "delivery": delivered(phase),
        },
    )
