"""The live board of a body, and the fragment it asks for every half-minute."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.accounts.requests import HatRequest
from parvis.feedback.boards.filters import PERIODS, BoardFilters, read_filters
from parvis.feedback.boards.page import read_board, read_live
from parvis.feedback.models import (
    MINIMUM_ANSWERS_WITH_FEW_AGENTS,
    MINIMUM_STAFFING,
    Touchpoint,
)


def touchpoints_of(hat: Hat) -> list[Touchpoint]:
    """The touchpoints of the body, closed ones too: their answers are still read."""
    return list(
        Touchpoint.objects.visible_to(hat).select_related("site", "watch").order_by("name", "pk")
    )


def filters_of(request: HatRequest) -> BoardFilters:
    return read_filters(request.GET, touchpoints_of(request.hat), timezone.localdate())


@require_safe
@never_cache
@hat_required(RoleKind.COORDINATOR)
def board(request: HatRequest) -> HttpResponse:
    """What the answers of a period say, first what is certain."""
    filters = filters_of(request)
    organisation_id = request.hat.organisation_id
    assert organisation_id is not None
    now = timezone.now()
    read = read_board(organisation_id=organisation_id, filters=filters, now=now)
    live = read_live(
        organisation_id=organisation_id, filters=filters, today=timezone.localdate(), now=now
    )
    live_url = reverse("feedback:board_live")
    return render(
        request,
        "feedback/board.html",
        {
            "board": read,
            "filters": filters,
            "periods": PERIODS.items(),
            "has_touchpoints": bool(filters.points),
            "live": live,
            "live_url": f"{live_url}?{filters.query}",
            "minimum_staffing": MINIMUM_STAFFING,
            "minimum_answers": MINIMUM_ANSWERS_WITH_FEW_AGENTS,
            "is_simulated": request.hat.is_simulated,
        },
    )


@require_safe
@never_cache
@hat_required(RoleKind.COORDINATOR)
def board_live(request: HatRequest) -> HttpResponse:
    """Today's answers, the kiosks online, the alerts: small enough to ask for again and again."""
    organisation_id = request.hat.organisation_id
    assert organisation_id is not None
    live = read_live(
        organisation_id=organisation_id,
        filters=filters_of(request),
        today=timezone.localdate(),
        now=timezone.now(),
    )
    return render(request, "feedback/_board_live.html", {"live": live})
