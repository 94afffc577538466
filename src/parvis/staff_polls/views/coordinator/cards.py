"""The cards of a poll: the composer, the library, and what agents will see.

The composer is one form. Its buttons add, remove and move by their value, save what is typed and
come back to the same place, with or without scripts.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.foundation.errors import Refusal
from parvis.questionnaires.enums import Channel, Determinant, JourneyStage
from parvis.staff_polls.card_library import matching
from parvis.staff_polls.composer import Choices, composer_of, field_id, preview_of
from parvis.staff_polls.drafts import Draft, apply, problems_of, read_form
from parvis.staff_polls.enums import CardKind, PollState
from parvis.staff_polls.models import StaffPoll
from parvis.staff_polls.operations.preparing import add_library_cards, former_cards, save_cards
from parvis.staff_polls.permissions.coordinator import access_poll, may_prepare
from parvis.staff_polls.poll_document import MAX_CARDS
from parvis.staff_polls.views.coordinator.bodies import changes_a_draft

CHECK = "verifier"


@dataclass(slots=True)
class Filter:
    """One choice above the library: its name in the address, the attribute of a card it reads."""

    name: str
    attribute: str
    label: str
    choices: Choices
    value: str = ""


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
@changes_a_draft
def cards(request: HatRequest, current: StaffPoll) -> HttpResponse:
    """The composer of a draft; afterwards the cards are shown as they were put."""
    if current.state != PollState.DRAFT:
        return redirect("staff_polls:preview", current.pk)
    if request.method == "POST":
        return _save(request, current)
    return _composer_page(request, current, current.document, check=CHECK in request.GET)


def _save(request: HatRequest, current: StaffPoll) -> HttpResponse:
    action = request.POST.get("action", "save")
    former = former_cards(current)
    draft = read_form(request.POST, former)
    place = apply(action, draft, former)
    try:
        save_cards(
            poll=current,
            draft=draft,
            by=request.user,
            revision=request.POST.get("revision", ""),
        )
    except Refusal as refusal:
        current.refresh_from_db()
        if current.state != PollState.DRAFT:
            raise
        return _composer_page(request, current, draft, stale=refusal.message, status=refusal.status)
    address = reverse("staff_polls:cards", args=[current.pk])
    if action == "done":
        if problems_of(draft):
            return redirect(f"{address}?{CHECK}=1")
        messages.success(request, _("Les cartes sont enregistrées."))
        return redirect("staff_polls:poll", current.pk)
    if action in ("library", "preview"):
        return redirect(f"staff_polls:{action}", current.pk)
    if action == "save":
        messages.success(request, _("Les cartes sont enregistrées."))
    return redirect(f"{address}#{field_id(place)}" if place else address)


def _composer_page(
    request: HatRequest,
    current: StaffPoll,
    draft: Draft,
    *,
    check: bool = False,
    stale: str = "",
    status: int = 200,
) -> HttpResponse:
    return render(
        request,
        "staff_polls/composer.html",
        {
            "poll": current,
            "composer": composer_of(
                draft, former_cards(current), problems_of(draft) if check else {}
            ),
            "stale": stale,
            "preview": preview_of(draft),
            "tab": "cards",
            "is_simulated": current.organisation.is_simulated,
        },
        status=status,
    )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HatRequest, pk: int) -> HttpResponse:
    """The cards as agents will see them; a POST shows what is typed, unsaved."""
    current = access_poll(request.hat, pk)
    if request.method == "POST":
        draft = read_form(request.POST, former_cards(current))
        return render(
            request, "staff_polls/preview.html", {"poll": current, "preview": preview_of(draft)}
        )
    return render(
        request,
        "staff_polls/preview_page.html",
        {
            "poll": current,
            "is_draft": current.state == PollState.DRAFT,
            "preview": preview_of(current.document),
            "may_prepare": may_prepare(request.hat),
            "tab": "cards",
            "is_simulated": current.organisation.is_simulated,
        },
    )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
@changes_a_draft
def library(request: HatRequest, current: StaffPoll) -> HttpResponse:
    """Plain cards to tick, filtered by the address; a POST adds those ticked at the end."""
    if current.state != PollState.DRAFT:
        return redirect("staff_polls:preview", current.pk)
    if request.method == "POST":
        added = add_library_cards(
            poll=current, keys=request.POST.getlist("carte")[:MAX_CARDS], by=request.user
        )
        if not added:
            messages.info(request, _("Aucune carte n’est ajoutée : cochez-en, cinquante au plus."))
            return redirect("staff_polls:library", current.pk)
        messages.success(
            request,
            ngettext("%d carte est ajoutée à la fin.", "%d cartes sont ajoutées à la fin.", added)
            % added,
        )
        last = len(current.document.get("cards", []))
        return redirect(f"{reverse('staff_polls:cards', args=[current.pk])}#cards-{last}")
    filters = _filters(request)
    wanted = {one.attribute: one.value for one in filters}
    present = {card["key"] for card in current.document.get("cards", [])}
    shown = matching(**wanted)
    return render(
        request,
        "staff_polls/library.html",
        {
            "poll": current,
            "filters": filters,
            "is_filtered": any(wanted.values()),
            "cards": [
                {
                    "card": card,
                    "kind": card.kind.label,
                    "links": _links_in_words(card.stage, card.channel, card.determinant),
                    "is_present": card.key in present,
                }
                for card in shown
            ],
            "tab": "cards",
            "is_simulated": current.organisation.is_simulated,
        },
    )


def _filters(request: HatRequest) -> list[Filter]:
    """The filters as the address asks for them; a value that is not offered asks for nothing."""
    filters = [
        Filter("etape", "stage", _("Étape du parcours"), JourneyStage.choices),
        Filter("canal", "channel", _("Canal"), Channel.choices),
        Filter("sujet", "determinant", _("Sujet"), Determinant.choices),
        Filter("sorte", "kind", _("Sorte de carte"), CardKind.choices),
    ]
    for one in filters:
        asked = request.GET.get(one.name, "")
        one.value = asked if asked in dict(one.choices) else ""
    return filters


def _links_in_words(stage: str, channel: str, determinant: str) -> str:
    words = [
        str(labels[value])
        for labels, value in (
            (dict(JourneyStage.choices), stage),
            (dict(Channel.choices), channel),
            (dict(Determinant.choices), determinant),
        )
        if value
    ]
    return ", ".join(words)
