"""Preparing a session: its list, its settings, its cards, the opening of the room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.forms import show_refusal
from parvis.live_sessions import forms
from parvis.live_sessions.enums import SessionState, Shape
from parvis.live_sessions.models import LiveRound, LiveSession
from parvis.live_sessions.operations.preparing import (
    add_card,
    add_poll_cards,
    arrange_card,
    change_settings,
    create_session,
    delete_session,
)
from parvis.live_sessions.operations.running import open_room
from parvis.live_sessions.permissions import access_session, may_prepare
from parvis.live_sessions.session_document import LiveCard, read_cards
from parvis.organisations.permissions import body_of
from parvis.staff_polls.views.coordinator.bodies import option_missing


@dataclass(frozen=True, slots=True)
class CardLine:
    """A card as the page of preparation lists it."""

    card: LiveCard
    rank: int
    kind: str
    is_put: bool
    is_first: bool
    is_last: bool


@require_safe
@hat_required(RoleKind.COORDINATOR)
def sessions(request: HatRequest) -> HttpResponse:
    found = list(LiveSession.objects.visible_to(request.hat).order_by("-pk"))
    return render(
        request,
        "live_sessions/sessions.html",
        {
            "sessions": [(one, len(read_cards(one.document))) for one in found],
            "may_prepare": may_prepare(request.hat),
            "is_simulated": request.hat.is_simulated,
        },
    )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HatRequest) -> HttpResponse:
    missing = option_missing(request)
    if missing is not None:
        return missing
    asked = {"poll": request.GET.get("sondage", "")}
    form = (
        forms.NewSessionForm(request.POST, hat=request.hat)
        if request.method == "POST"
        else forms.NewSessionForm(hat=request.hat, initial=asked)
    )
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                made = create_session(
                    organisation=body_of(request.hat),
                    content=form.content(),
                    poll=form.cleaned_data["poll"],
                    by=request.user,
                )
            except Refusal as refusal:
                show_refusal(form, refusal)
            else:
                return redirect("live_sessions:session", made.pk)
        status = 422
    context = {"form": form, "is_simulated": request.hat.is_simulated}
    return render(request, "live_sessions/session_new.html", context, status=status)


@require_safe
@hat_required(RoleKind.COORDINATOR)
def session(request: HatRequest, pk: int) -> HttpResponse:
    """A session being prepared; the console while it runs, the results once it is over."""
    current = access_session(request.hat, pk)
    if current.state == SessionState.OPEN:
        return redirect("live_sessions:console", pk)
    if current.state == SessionState.ENDED:
        return redirect("live_sessions:results", pk)
    return _cards_page(request, current)


@require_POST
@hat_required(RoleKind.COORDINATOR)
def cards(request: HatRequest, pk: int) -> HttpResponse:
    """Add cards or arrange them: before the room opens, or while it is."""
    current = access_session(request.hat, pk)
    quick = forms.QuickCardForm(prefix="carte")
    action, _colon, key = request.POST.get("action", "").partition(":")
    try:
        if action == "add":
            quick = forms.QuickCardForm(request.POST, prefix="carte")
            if not quick.is_valid():
                return _cards_page(request, current, quick=quick, status=422)
            add_card(session=current, by=request.user, **quick.content())
        elif action == "poll":
            taken = forms.PollCardsForm(request.POST, hat=request.hat)
            if not taken.is_valid():
                messages.warning(request, _("Choisissez d’abord un sondage."))
                return _back(current)
            add_poll_cards(session=current, poll=taken.cleaned_data["poll"], by=request.user)
        else:
            arrange_card(session=current, key=key, action=action, by=request.user)
    except Conflict as refusal:
        messages.warning(request, refusal.message)
    except Refusal as refusal:
        if action == "add":
            quick.add_error("text", refusal.message)
            return _cards_page(request, current, quick=quick, status=refusal.status)
        messages.warning(request, refusal.message)
    return _back(current, key)


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HatRequest, pk: int) -> HttpResponse:
    current = access_session(request.hat, pk)
    if current.state != SessionState.PREPARED:
        return redirect("live_sessions:session", pk)
    form = (
        forms.SettingsForm(request.POST)
        if request.method == "POST"
        else forms.settings_form(current)
    )
    stale, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                change_settings(
                    session=current,
                    content=form.content(),
                    by=request.user,
                    version=form.cleaned_data["version"],
                )
            except Conflict as refusal:
                stale, status = refusal.message, refusal.status
                current.refresh_from_db()
                form = forms.SettingsForm(
                    {name: form.data.get(name, "") for name in form.fields}
                    | {"version": current.version}
                )
            except Refusal as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, _("Les réglages sont enregistrés."))
                return redirect("live_sessions:session", pk)
    context = {
        "session": current,
        "form": form,
        "stale": stale,
        "is_simulated": current.organisation.is_simulated,
    }
    return render(request, "live_sessions/session_settings.html", context, status=status)


@require_POST
@hat_required(RoleKind.COORDINATOR)
def open_session(request: HatRequest, pk: int) -> HttpResponse:
    current = access_session(request.hat, pk)
    missing = option_missing(request)
    if missing is not None:
        return missing
    try:
        open_room(session=current, by=request.user, version=request.POST.get("version", ""))
    except Refusal as refusal:
        messages.warning(request, refusal.message)
        return redirect("live_sessions:session", pk)
    return redirect("live_sessions:console", pk)


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HatRequest, pk: int) -> HttpResponse:
    current = access_session(request.hat, pk)
    if current.state != SessionState.PREPARED:
        return redirect("live_sessions:session", pk)
    if request.method == "POST":
        delete_session(session=current, by=request.user)
        messages.success(request, _("La séance est supprimée."))
        return redirect("live_sessions:sessions")
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Supprimer « %s » ?") % current.title,
            "consequences": [_("Ses cartes sont supprimées ; celles de vos sondages restent.")],
            "irreversible": True,
            "danger": True,
            "confirm_label": _("Supprimer la séance"),
            "back_url": reverse("live_sessions:session", args=[pk]),
            "is_simulated": current.organisation.is_simulated,
        },
    )


def card_lines(current: LiveSession) -> list[CardLine]:
    found = read_cards(current.document)
    put = set(LiveRound.objects.filter(session=current).values_list("card", flat=True))
    return [
        CardLine(
            card,
            rank,
            str(Shape(card.shape).label if card.shape else card.card.kind.label),
            card.key in put,
            rank == 1,
            rank == len(found),
        )
        for rank, card in enumerate(found, start=1)
    ]


def _back(current: LiveSession, key: str = "") -> HttpResponse:
    name = "console" if current.state == SessionState.OPEN else "session"
    address = reverse(f"live_sessions:{name}", args=[current.pk])
    return redirect(f"{address}#carte-{key}" if key else address)


def _cards_page(
    request: HatRequest,
    current: LiveSession,
    *,
    quick: forms.QuickCardForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "session": current,
        "lines": card_lines(current),
        "quick": quick or forms.QuickCardForm(prefix="carte"),
        "polls": forms.PollCardsForm(hat=request.hat),
        "has_polls": forms.polls_of(request.hat).exists(),
        "may_prepare": may_prepare(request.hat),
        "is_simulated": current.organisation.is_simulated,
    }
    return render(request, "live_sessions/session.html", context, status=status)
