"""The first page of the option: what is installed, and the next thing to do."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.feedback.models import Alert, Comment, Device, Questionnaire, Touchpoint
from parvis.feedback.permissions.coordinator import may_set_up
from parvis.feedback.views.coordinator.devices import SILENT_AFTER
from parvis.organisations.permissions import body_of

SHOWN = 6


@hat_required(RoleKind.COORDINATOR)
@require_safe
def home(request: HatRequest) -> HttpResponse:
    hat = request.hat
    decision = may_set_up(hat)
    touchpoints = list(
        Touchpoint.objects.visible_to(hat).open().select_related("site").order_by("name")
    )
    kiosks = list(
        Device.objects.visible_to(hat)
        .kiosks()
        .active()
        .select_related("touchpoint")
        .order_by("name")
    )
    questionnaires = Questionnaire.objects.visible_to(hat)
    published = questionnaires.filter(versions__isnull=False).distinct().count()
    draft = None if published else questionnaires.order_by("pk").first()
    silent_since = timezone.now() - SILENT_AFTER
    context = {
        "is_simulated": body_of(hat).is_simulated,
        "decision": decision,
        "touchpoints": touchpoints[:SHOWN],
        "touchpoint_count": len(touchpoints),
        "kiosks": kiosks[:SHOWN],
        "kiosk_count": len(kiosks),
        "silent": [
            kiosk
            for kiosk in kiosks
            if kiosk.last_seen_at is None or kiosk.last_seen_at < silent_since
        ],
        "alerts": Alert.objects.visible_to(hat).not_closed().count(),
        "to_read": Comment.objects.visible_to(hat).to_read().count(),
        "published_count": published,
        "draft": draft,
        "step": _next_step(published, len(touchpoints), len(kiosks)),
        "tab": "home",
    }
    if not decision and not touchpoints and not questionnaires.exists():
        return render(
            request, "feedback/option_missing.html", {**context, "reason": decision.reason}
        )
    return render(request, "feedback/home.html", context)


def _next_step(published: int, touchpoints: int, kiosks: int) -> int:
    """1 questionnaire, 2 touchpoint, 3 poster or kiosk; 4 when all is there."""
    if not published:
        return 1
    if not touchpoints:
        return 2
    return 4 if kiosks else 3
