"""Pages of a phase of comparisons by pairs."""

from __future__ import annotations

from django.http import HttpResponse

from parvis.consultations.views.citizen.visit import Visit


def page(visit: Visit) -> HttpResponse:
    """The page of the phase."""
    return visit.render("consultations/public/phase.html", {})
