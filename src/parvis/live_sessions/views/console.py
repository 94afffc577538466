"""The facilitator's console: what is on the screen, the next thing to do, what the room is at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.documents.qr import qr_svg
from parvis.foundation.addresses import absolute
from parvis.foundation.errors import Refusal
from parvis.live_sessions import forms
from parvis.live_sessions.display import Reader, Shown, Word, shown_of
from parvis.live_sessions.enums import RoundState, SessionState, Shape, Step
from parvis.live_sessions.models import LiveRound, LiveSession, LiveText
from parvis.live_sessions.operations import running
from parvis.live_sessions.permissions import access_session
from parvis.live_sessions.session_document import read_cards
from parvis.live_sessions.snapshots import Snapshot, snapshot
from parvis.live_sessions.states import answers_in_words, present_in_words
from parvis.live_sessions.views.preparing import card_lines
from parvis.staff_polls.addresses import to_type

# So many more answers than people expected, in per cent, is told.
_CROWDED_PERCENT = 120

Act = Callable[..., LiveSession]
ACTS: dict[str, Act] = {
    "attendre": running.wait,
    "clore": running.close_vote,
    "rouvrir": running.reopen_vote,
    "compter": running.count_vote,
    "montrer": running.show_texts,
    "soutenir": running.open_support,
}


@dataclass(frozen=True, slots=True)
class Button:
    action: str
    label: str


@require_safe
@hat_required(RoleKind.COORDINATOR)
def console(request: HatRequest, pk: int) -> HttpResponse:
    current = access_session(request.hat, pk)
    if current.state != SessionState.OPEN:
        return redirect("live_sessions:session", pk)
    address = absolute(reverse("live_sessions:phone", args=[current.code]), request)
    return render(
        request,
        "live_sessions/console.html",
        {
            **_now(current),
            "address": to_type(address),
            "qr": qr_svg(address, label=_("Code à scanner pour entrer dans la salle")),
            "quick": forms.QuickCardForm(prefix="carte"),
            "is_simulated": current.organisation.is_simulated,
        },
    )


@require_safe
@hat_required(RoleKind.COORDINATOR)
def console_state(request: HatRequest, pk: int) -> HttpResponse:
    """The counts of the console, and whether the page is still that of the session."""
    current = access_session(request.hat, pk)
    if current.state == SessionState.PREPARED:
        raise Http404
    is_older = request.GET.get("version", "") != str(current.version)
    return render(
        request,
        "live_sessions/_console_counts.html",
        {"session": current, "is_older": is_older, **_counts(_snapshot(current))},
        # The status by which htmx asks no more: said once, not every two seconds.
        status=286 if is_older and request.headers.get("HX-Request") == "true" else 200,
    )


@require_POST
@hat_required(RoleKind.COORDINATOR)
def act(request: HatRequest, pk: int) -> HttpResponse:
    """Do what a button says, once; then the console as it is."""
    current = access_session(request.hat, pk)
    action, _colon, key = request.POST.get("action", "").partition(":")
    version = request.POST.get("version", "")
    try:
        if action == "poser":
            running.put_card(session=current, key=key, version=version)
        elif action in ACTS:
            ACTS[action](session=current, version=version)
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    return redirect("live_sessions:console", pk)


@require_POST
@hat_required(RoleKind.COORDINATOR)
def hide(request: HatRequest, pk: int, text: UUID) -> HttpResponse:
    """Take a word or an idea off the screen, or put it back; by htmx, its line alone comes back."""
    current = access_session(request.hat, pk)
    found = LiveText.objects.filter(pk=text, round__session=current).first()
    if found is None:
        raise Http404
    is_hidden = request.POST.get("ecarter") == "1"
    current = running.hide_text(session=current, text=found, is_hidden=is_hidden)
    if request.headers.get("HX-Request") == "true":
        # A console that was up to date still is: its buttons do not become those of an older page.
        is_known = request.POST.get("version", "") == str(current.version - 1)
        word = Word(str(found.pk), found.text, found.times, 1, is_hidden)
        context = {"session": current, "text": word}
        context["new_version"] = current.version if is_known else None
        return render(request, "live_sessions/_text.html", context)
    if current.state == SessionState.OPEN:
        return redirect(f"{reverse('live_sessions:console', args=[pk])}#textes")
    return redirect("live_sessions:results", pk)


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HatRequest, pk: int) -> HttpResponse:
    current = access_session(request.hat, pk)
    if current.state != SessionState.OPEN:
        return redirect("live_sessions:session", pk)
    if request.method == "POST":
        running.end_session(session=current, by=request.user)
        messages.success(request, _("La séance est terminée. Voici ce qu’elle a donné."))
        return redirect("live_sessions:results", pk)
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Terminer « %s » ?") % current.title,
            "consequences": [
                _("Plus personne ne peut répondre, et le code de la salle ne sert plus."),
                _(
                    "Les votes pas encore comptés le sont, s’ils atteignent le seuil ; vous les "
                    "lirez dans les résultats."
                ),
                _("Les réponses de chacun sont détruites, avec la clé qui les ouvrait."),
            ],
            "irreversible": True,
            "confirm_label": _("Terminer la séance"),
            "back_url": reverse("live_sessions:console", args=[pk]),
            "is_simulated": current.organisation.is_simulated,
        },
    )


# --- What the page shows -------------------------------------------------------------------------


def _now(current: LiveSession) -> dict[str, Any]:
    found = LiveRound.objects.filter(session=current, number=current.current).first()
    shown = shown_of(current, found, reader=Reader.DESK) if found else None
    primary, others = _buttons(current, found)
    return {
        "session": current,
        "round": found,
        "shown": shown,
        "is_sorting": found is not None and found.state == RoundState.SORTING,
        "primary": primary,
        "others": others,
        "lines": card_lines(current),
        **_counts(_snapshot(current)),
    }


def _buttons(current: LiveSession, found: LiveRound | None) -> tuple[Button | None, list[Button]]:
    """The one thing to do next, and what else may be done."""
    following = _next_card(current, found)
    go_on = Button(f"poser:{following}", _("Carte suivante")) if following else None
    if found is None:
        return (Button(go_on.action, _("Poser la première carte")) if go_on else None), []
    waiting = Button("attendre", _("Revenir à la salle d’attente"))
    if found.state == RoundState.OPEN:
        return Button("clore", _("Clore le vote")), [waiting]
    if found.state == RoundState.CLOSED:
        counts = _("Montrer les résultats")
        if found.step == Step.ANSWERS and _shape(current, found):
            counts = _("Relire ce que la salle a écrit")
        again = [Button("rouvrir", _("Rouvrir le vote"))]
        return Button("compter", counts), [*again, *([go_on] if go_on else []), waiting]
    if found.state == RoundState.SORTING:
        return Button("montrer", _("Montrer à la salle")), [*([go_on] if go_on else []), waiting]
    if _may_be_supported(current, found):
        support = Button("soutenir", _("Faire soutenir les idées"))
        return support, [*([go_on] if go_on else []), waiting]
    return go_on, [waiting]


def _may_be_supported(current: LiveSession, found: LiveRound) -> bool:
    return (
        found.step == Step.ANSWERS
        and _shape(current, found) == Shape.IDEAS
        and not LiveRound.objects.filter(
            session=current, card=found.card, step=Step.SUPPORT
        ).exists()
    )


def _shape(current: LiveSession, found: LiveRound) -> str:
    return next((one.shape for one in read_cards(current.document) if one.key == found.card), "")


def _next_card(current: LiveSession, found: LiveRound | None) -> str:
    """The first card after that of the screen, or of all, that was not put yet; empty = none."""
    put = set(LiveRound.objects.filter(session=current).values_list("card", flat=True))
    keys = [card.key for card in read_cards(current.document)]
    start = keys.index(found.card) + 1 if found is not None and found.card in keys else 0
    return next((key for key in [*keys[start:], *keys[:start]] if key not in put), "")


def _snapshot(current: LiveSession) -> Snapshot:
    found = snapshot(current.code, fresh=True)
    assert found is not None  # it was opened
    return found


def _counts(found: Snapshot) -> dict[str, Any]:
    return {
        "present": present_in_words(found),
        "answers": answers_in_words(found),
        "is_crowded": 100 * found.ballots > _CROWDED_PERCENT * found.expected,
    }


def texts_of(shown: Shown) -> list[Any]:
    """Words or ideas, whichever the card gives."""
    return [*shown.words, *shown.ideas]
