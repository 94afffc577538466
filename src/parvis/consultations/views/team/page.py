"""The frame of the pages about one consultation, for its team."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.consultations.models import Consultation

# The hats of who works on a consultation; what each may do there is asked for besides.
TEAM = (RoleKind.COORDINATOR, RoleKind.CONSULTATION_TEAM)


def team_context(consultation: Consultation, here: str = "") -> dict[str, Any]:
    """What every page below the board of the consultation shows; `here` is the tab it is in."""
    return {
        "consultation": consultation,
        "is_inner": True,
        "here": here,
        "is_simulated": consultation.organisation.is_simulated,
    }


def team_page(
    request: HatRequest,
    template: str,
    consultation: Consultation,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    """A page below the board of the consultation."""
    return render(request, template, {**team_context(consultation), **context}, status=status)
