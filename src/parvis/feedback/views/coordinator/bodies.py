"""The answer where the option was not ticked."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from parvis.accounts.requests import HatRequest
from parvis.feedback.permissions.coordinator import may_set_up


def option_missing(request: HatRequest) -> HttpResponse | None:
    """The page that says how to get the option; None where something new may be set up."""
    decision = may_set_up(request.hat)
    if decision:
        return None
    return render(
        request,
        "feedback/option_missing.html",
        {"reason": decision.reason, "is_simulated": request.hat.is_simulated},
        status=403,
    )
