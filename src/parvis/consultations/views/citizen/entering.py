"""Being verified, once: the entrance of a consultation that asks for it."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from parvis.consultations.views.citizen.visit import Visit, visiting


@require_safe
@visiting
def enter(visit: Visit) -> HttpResponse:
    """How this consultation verifies people."""
    return visit.render("consultations/public/entrance.html", {})
