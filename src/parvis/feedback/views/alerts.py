"""Alerts: the list, the page of one, what is done about it; how a touchpoint is watched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.feedback.alert_wording import alert_sentences, false_alarms
from parvis.feedback.enums import AlertKind, AlertState
from parvis.feedback.forms.boards import CloseAlertForm, NoteForm, WatchForm
from parvis.feedback.models import Alert, TouchpointWatch
from parvis.feedback.operations import alerts as operations
from parvis.feedback.operations.drop_watch import (
    MINIMUM_REFERENCE_ANSWERS,
    REFERENCE_DAYS,
    choose_watch,
)
from parvis.feedback.permissions.boards import (
    access_alert,
    access_touchpoint,
    may_acknowledge,
    may_close,
)
from parvis.feedback.views.board import touchpoints_of
from parvis.foundation.errors import Refusal
from parvis.foundation.listing import ChoiceFilter, Column, Listing
from parvis.foundation.stale import StaleForm

_PILLS = {AlertState.OPEN: "bad", AlertState.ACKNOWLEDGED: "wait", AlertState.CLOSED: "good"}


class AlertList(Listing):
    columns = (
        Column(
            "alert",
            gettext_lazy("Alerte"),
            "get_kind_display",
            order=("kind",),
            link=lambda alert: reverse("feedback:alert", args=[alert.pk]),
        ),
        Column(
            "touchpoint",
            gettext_lazy("Point d’écoute"),
            "touchpoint.name",
            order=("touchpoint__name",),
        ),
        Column("opened", gettext_lazy("Ouverte le"), "opened_at", order=("opened_at",)),
        Column(
            "state",
            gettext_lazy("État"),
            "get_state_display",
            order=("state",),
            pill=lambda alert: _PILLS[AlertState(alert.state)],
        ),
    )
    filters = (
        ChoiceFilter("etat", gettext_lazy("État"), "state", choices=AlertState.choices),
        ChoiceFilter("nature", gettext_lazy("Nature"), "kind", choices=AlertKind.choices),
    )
    default_sort = "-opened"
    caption = gettext_lazy("Alertes")
    export_name = "alertes"
    empty_title = gettext_lazy("Aucune alerte")
    empty_text = gettext_lazy(
        "Une alerte s’ouvre quand la satisfaction baisse pour de bon, quand une borne ne donne "
        "plus de nouvelles aux heures où elle le devrait, ou quand on y appuie pour jouer. Vous "
        "recevez alors un courriel, un seul."
    )


@require_safe
@hat_required(RoleKind.COORDINATOR)
def alerts(request: HatRequest) -> HttpResponseBase:
    rows = Alert.objects.visible_to(request.hat).select_related("touchpoint")
    watches = {
        watch.touchpoint_id: watch
        for watch in TouchpointWatch.objects.filter(organisation=request.hat.organisation_id)
    }
    touchpoints = [t for t in touchpoints_of(request.hat) if t.closed_at is None]
    return AlertList(request, rows).respond(
        "feedback/alerts.html",
        {
            "watched": [
                (t, _watch_words(t.could_follow_an_agent, watches.get(t.pk))) for t in touchpoints
            ],
            "is_simulated": request.hat.is_simulated,
        },
    )


def _watch_words(few_agents: bool, watch: TouchpointWatch | None) -> str:
    """How a touchpoint is watched for a drop, in a sentence."""
    if few_agents:
        return _("Petite équipe : pas d’alerte de baisse, elle désignerait quelqu’un.")
    if watch is None or watch.reference_share is None:
        return _(
            "Pas encore surveillé : il faut %(answers)d avis sur %(weeks)d semaines pour connaître "
            "son niveau ordinaire."
        ) % {"answers": MINIMUM_REFERENCE_ANSWERS, "weeks": REFERENCE_DAYS // 7}
    return false_alarms(watch.alarms_a_year)


@require_safe
@hat_required(RoleKind.COORDINATOR)
def alert(request: HatRequest, pk: int) -> HttpResponse:
    return _page(request, access_alert(request.hat, pk))


def _page(
    request: HatRequest,
    current: Alert,
    *,
    note: NoteForm | None = None,
    closing: CloseAlertForm | None = None,
    status: int = 200,
) -> HttpResponse:
    is_drop = current.kind == AlertKind.DROP
    hidden = is_drop and current.touchpoint.could_follow_an_agent
    return render(
        request,
        "feedback/alert.html",
        {
            "alert": current,
            # The touchpoint may have lost agents since.
            "sentences": [] if hidden else alert_sentences(current),
            "is_hidden": hidden,
            "pill": _PILLS[AlertState(current.state)],
            "notes": current.comments.select_related("author"),
            "note_form": note or NoteForm(),
            "close_form": closing or CloseAlertForm(is_drop=is_drop),
            "may_acknowledge": bool(may_acknowledge(request.user, current)),
            # A form refused keeps what was written, even if somebody closed the alert meanwhile.
            "may_close": closing is not None or bool(may_close(request.user, current)),
            "board_url": f"{reverse('feedback:board')}?point={current.touchpoint_id}&periode=90j",
            "zone": current.touchpoint.zone,
            "is_simulated": request.hat.is_simulated,
        },
        status=status,
    )


@require_POST
@hat_required(RoleKind.COORDINATOR)
def acknowledge_alert(request: HatRequest, pk: int) -> HttpResponse:
    current = access_alert(request.hat, pk)
    operations.acknowledge(alert=current, by=request.user)
    messages.success(request, _("Vous prenez cette alerte en charge."))
    return redirect("feedback:alert", pk)


@require_POST
@hat_required(RoleKind.COORDINATOR)
def comment_alert(request: HatRequest, pk: int) -> HttpResponse:
    current = access_alert(request.hat, pk)
    form = NoteForm(request.POST)
    act = lambda: operations.comment(  # noqa: E731
        alert=current, text=form.cleaned_data["text"], by=request.user
    )
    refused = _try(form, act)
    if refused:
        return _page(request, current, note=form, status=refused)
    messages.success(request, _("Note ajoutée."))
    return redirect("feedback:alert", pk)


@require_POST
@hat_required(RoleKind.COORDINATOR)
def close_alert(request: HatRequest, pk: int) -> HttpResponse:
    current = access_alert(request.hat, pk)
    form = CloseAlertForm(request.POST, is_drop=current.kind == AlertKind.DROP)
    act = lambda: operations.close(  # noqa: E731
        alert=current,
        reason=form.cleaned_data["reason"],
        new_reference=form.cleaned_data.get("new_reference", False),
        by=request.user,
    )
    refused = _try(form, act)
    if refused:
        return _page(request, access_alert(request.hat, pk), closing=form, status=refused)
    messages.success(request, _("Alerte close."))
    return redirect("feedback:alerts")


def _try(form: Any, act: Callable[[], Any]) -> int:
    """Act on a valid form; 0, or the status of the page that shows the form again."""
    if not form.is_valid():
        return 422
    try:
        act()
    except StaleForm:
        raise  # its own page shows both versions
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return refusal.status
    return 0


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.COORDINATOR)
def watch(request: HatRequest, pk: int) -> HttpResponse:
    """How many false alarms a year a touchpoint may give, after how long a silent kiosk is told."""
    touchpoint = access_touchpoint(request.hat, pk)
    current = TouchpointWatch.objects.filter(touchpoint=touchpoint).first() or TouchpointWatch()
    few = touchpoint.could_follow_an_agent
    initial = {
        "alarms_a_year": current.alarms_a_year,
        "silence_hours": current.silence_hours,
        "revision": current.revision,
    }
    form = WatchForm(request.POST or None, initial=initial, few_agents=few)
    status = 200
    if request.method == "POST":
        act = lambda: choose_watch(  # noqa: E731
            touchpoint=touchpoint,
            alarms_a_year=form.cleaned_data.get("alarms_a_year") or current.alarms_a_year,
            silence_hours=form.cleaned_data["silence_hours"],
            revision=form.cleaned_data["revision"],
            by=request.user,
        )
        status = _try(form, act)
        if not status:
            messages.success(request, _("Surveillance enregistrée."))
            return redirect("feedback:alerts")
    return render(
        request,
        "feedback/watch.html",
        {
            "touchpoint": touchpoint,
            "form": form,
            "words": _watch_words(few, current if current.pk else None),
            "watch": current,
            "is_simulated": request.hat.is_simulated,
        },
        status=status,
    )
