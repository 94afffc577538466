"""The operator's pages: editions, their rules, their board, and who registered."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.editions import operations
from parvis.editions.board import cards_of, next_steps
from parvis.editions.forms.edition import EditionForms
from parvis.editions.listings import EditionListing, RegistrationListing
from parvis.editions.locks import locks_of
from parvis.editions.models import Edition, Registration
from parvis.editions.permissions import access_edition, access_wave
from parvis.editions.wording import days_in_words
from parvis.foundation.errors import Refusal
from parvis.foundation.stale import StaleForm


@hat_required(RoleKind.OPERATOR)
@require_safe
def board_list(request: HatRequest) -> HttpResponseBase:
    """Every edition, drafts included."""
    editions = Edition.objects.visible_to(request.hat).with_participant_count()
    return EditionListing(request, editions).respond("editions/board_list.html")


@hat_required(RoleKind.OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HatRequest) -> HttpResponse:
    """One page in sections; what is stored is a draft."""
    forms = EditionForms(request.POST or None)
    if request.method == "POST" and forms.is_valid():
        try:
            edition = operations.create_edition(rules=forms.rules(), by=request.user)
        except Refusal as refusal:
            forms.show(refusal)
        else:
            messages.success(request, _("L’édition est enregistrée comme brouillon."))
            return redirect("editions:board", edition.slug)
    return render(request, "editions/edition_form.html", {"forms": forms})


@hat_required(RoleKind.OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HatRequest, slug: str) -> HttpResponse:
    """The same page filled with the rules in force; what no longer changes says why."""
    edition = access_edition(request.hat, slug)
    context: dict[str, object] = {"edition": edition, "is_simulated": edition.is_simulated}
    forms = EditionForms(
        request.POST or None,
        rules=operations.rules_of(edition),
        revision=_sent_revision(request, edition.revision),
        locks=locks_of(edition),
    )
    status = 200
    if request.method == "POST" and forms.is_valid():
        try:
            saved = operations.update_edition(
                edition=edition, rules=forms.rules(), revision=forms.revision, by=request.user
            )
        except StaleForm as stale:
            # The next save is made in full knowledge of the other version.
            forms.revision = stale.current_revision
            context["differences"] = stale.differences
            status = stale.status
        except Refusal as refusal:
            forms.show(refusal)
        else:
            messages.success(request, _("Les règles de l’édition sont enregistrées."))
            return redirect("editions:board", saved.slug)
    return render(request, "editions/edition_form.html", {**context, "forms": forms}, status=status)


def _sent_revision(request: HatRequest, current: int) -> int:
    sent = request.POST.get("revision", "")
    if request.method != "POST":
        return current
    # A missing or mangled revision is a stale one: no edition has the revision 0.
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0


@hat_required(RoleKind.OPERATOR)
@require_safe
def board(request: HatRequest, slug: str) -> HttpResponse:
    """Where we are, what is late, and the next thing to do."""
    edition = access_edition(request.hat, slug)
    cards = cards_of(edition, request.hat)
    steps = next_steps(cards)
    return render(
        request,
        "editions/board.html",
        {
            "edition": edition,
            "is_simulated": edition.is_simulated,
            "cards": cards,
            "next_step": steps[0] if steps else None,
            "later_steps": steps[1:],
        },
    )


@hat_required(RoleKind.OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def open_to_public(request: HatRequest, slug: str) -> HttpResponse:
    """Sum up what opening an edition settles, then open it."""
    edition = access_edition(request.hat, slug)
    board_url = reverse("editions:board", args=[edition.slug])
    if request.method == "POST":
        operations.open_edition(edition=edition, by=request.user)
        messages.success(request, _("L’édition est ouverte : sa page est publique."))
        return redirect(board_url)
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Ouvrir « %(title)s »") % {"title": edition.title},
            "summary": _("La page publique et la méthode deviennent visibles de tous."),
            "consequences": [
                _("L’adresse de la page ne change plus."),
                _("La grille de critères ne change plus."),
                _("Les inscriptions sont possibles du %(opening)s au %(deadline)s.")
                % {"opening": edition.opening_in_words, "deadline": edition.deadline_in_words},
                _("Dès la première inscription, les poids et les seuils ne changent plus."),
            ],
            "irreversible": True,
            "confirm_label": _("Ouvrir l’édition"),
            "back_url": board_url,
            "is_simulated": edition.is_simulated,
        },
    )


@hat_required(RoleKind.OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def start_wave(request: HatRequest, slug: str, number: int) -> HttpResponse:
    """Sum up what opening a wave starts, then open it."""
    wave = access_wave(request.hat, slug, number)
    edition = wave.edition
    board_url = reverse("editions:board", args=[edition.slug])
    if request.method == "POST":
        try:
            operations.open_wave(wave=wave, by=request.user)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("La vague %(number)d est ouverte.") % {"number": number})
        return redirect(board_url)
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Ouvrir la vague %(number)d") % {"number": number},
            "summary": _("Les prises de contact peuvent commencer, %(days)s.")
            % {"days": days_in_words(wave.starts_on, wave.ends_on)},
            "consequences": [
                _("Seuls les organismes dont un coordinateur est confirmé sont testés."),
                _("Le premier jour de la vague ne change plus."),
            ],
            "irreversible": True,
            "confirm_label": _("Ouvrir la vague"),
            "back_url": board_url,
            "is_simulated": edition.is_simulated,
        },
    )


@hat_required(RoleKind.OPERATOR)
@require_safe
def registrations(request: HatRequest, slug: str) -> HttpResponseBase:
    """Who registered, with filters in the address and a CSV export."""
    edition = access_edition(request.hat, slug)
    rows = (
        Registration.objects.visible_to(request.hat)
        .filter(edition=edition)
        .with_confirmation()
        .select_related("organisation")
        .prefetch_related("ticked_options__option")
    )
    # Dates of the list are deadlines of the edition: read where it reads them.
    with timezone.override(edition.zone):
        return RegistrationListing(request, rows).respond(
            "editions/registrations.html",
            {"edition": edition, "is_simulated": edition.is_simulated},
        )
