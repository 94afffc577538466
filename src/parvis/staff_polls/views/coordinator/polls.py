"""The polls of the coordinator's body."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.staff_polls.models import StaffPoll
from parvis.staff_polls.permissions.coordinator import may_prepare


@hat_required(RoleKind.COORDINATOR)
@require_safe
def polls(request: HatRequest) -> HttpResponse:
    return render(
        request,
        "staff_polls/polls.html",
        {
            "polls": StaffPoll.objects.visible_to(request.hat).order_by("-pk"),
            "may_prepare": may_prepare(request.hat),
            "is_simulated": request.hat.is_simulated,
        },
    )
