"""The page of a phase: each kind has its own, the others inform."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from parvis.consultations.calendar import place_in_words, steps_of
from parvis.consultations.delivery import delivered
from parvis.consultations.enums import PhaseKind
from parvis.consultations.models import Attachment
from parvis.consultations.views.citizen import budgets, ideas, opinions, pairs, projects
from parvis.consultations.views.citizen.visit import Visit, visiting

# What a phase that informs is for, where its team wrote nothing of it.
_PURPOSES: Mapping[str, Any] = {
    PhaseKind.STRUCTURING: gettext_lazy(
        "Dans cette étape, l’équipe prépare la consultation : ses règles, son calendrier, ce sur "
        "quoi chacun se prononce ensuite."
    ),
    PhaseKind.ADMISSIBILITY: gettext_lazy(
        "Dans cette étape, les services étudient chaque proposition : est-elle légale, "
        "réalisable, et combien coûterait-elle ? Chacune reçoit une réponse motivée."
    ),
    PhaseKind.DELIVERY: gettext_lazy(
        "Ce qui a été retenu se réalise. Chaque étape franchie et chaque dépense sont dites ici."
    ),
}

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
            "purpose": _PURPOSES.get(phase.kind, ""),
            "attachments": list(files.order_by("pk")),
            "delivery": delivered(phase),
        },
    )
