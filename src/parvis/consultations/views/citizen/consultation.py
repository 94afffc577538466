"""The list of public consultations, the page of one, the entrance."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_scopes import scopes_disabled

from parvis.consultations.calendar import steps_of
from parvis.consultations.enums import INTERACTIVE, ConsultationState
from parvis.consultations.models import Consultation
from parvis.consultations.views.citizen.visit import Visit, visiting
from parvis.foundation.access import public


@require_safe
@public
def public_list(request: HttpRequest) -> HttpResponse:
    """Every public consultation: those under way first, then what became of the others."""
    with scopes_disabled():
        found = list(
            Consultation.objects.public()
            .select_related("organisation")
            .prefetch_related("phases")
            .order_by("-opened_at")
        )
    running = [one for one in found if one.state == ConsultationState.OPEN]
    ended = [one for one in found if one.state != ConsultationState.OPEN]
    return render(request, "consultations/public/list.html", {"running": running, "ended": ended})


@require_safe
@visiting
def consultation(visit: Visit) -> HttpResponse:
    """What is asked, the calendar of the phases, where one takes part now."""
    phases = list(visit.consultation.phases.all())
    running = [
        phase
        for phase in phases
        if visit.consultation.state == ConsultationState.OPEN and phase.is_running(visit.now)
    ]
    return visit.render(
        "consultations/public/consultation.html",
        {
            "steps": steps_of(visit.consultation, now=visit.now, phases=phases),
            # Where one takes part comes first, before what only informs.
            "now_running": sorted(running, key=lambda phase: phase.kind not in INTERACTIVE),
            "next_phase": next((phase for phase in phases if phase.opens_at > visit.now), None),
            "interactive": INTERACTIVE,
        },
    )
