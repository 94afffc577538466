"""The frame of a page about one consultation, for its team."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from parvis.accounts.requests import HatRequest
from parvis.consultations.models import Consultation


def team_page(
    request: HatRequest,
    template: str,
    consultation: Consultation,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    """A page below the board of the consultation."""
    shared = {
        "consultation": consultation,
        "is_inner": True,
        "is_simulated": consultation.organisation.is_simulated,
    }
    return render(request, template, {**shared, **context}, status=status)
