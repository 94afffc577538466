"""Merging ideas, splitting one, undoing it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from parvis.accounts.access import hat_required
from parvis.accounts.requests import HatRequest
from parvis.consultations.enums import ContributionKind, ContributionState
from parvis.consultations.forms.moderation import MergeForm, SplitForm
from parvis.consultations.models import Contribution
from parvis.consultations.near_texts import compared_text, near_texts
from parvis.consultations.operations import merging
from parvis.consultations.search import search_text
from parvis.consultations.views.team.moderation import contribution_of
from parvis.consultations.views.team.page import TEAM, team_context
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.forms import show_refusal

PROPOSED = 30
# Near ideas may be none: then some of the most supported are proposed too.
FEW = 10


def proposed(contribution: Contribution, query: str) -> list[Contribution]:
    """Other published ideas of the phase that hold the words; without words, the nearest first."""
    words = search_text(query).split()[:8]
    rows = (
        Contribution.objects.published()
        .filter(phase=contribution.phase_id, kind=ContributionKind.IDEA)
        .exclude(pk=contribution.pk)
        .select_related("author")
    )
    if words:
        for word in words:
            rows = rows.filter(search_text__contains=word)
        return list(rows.order_by("-support_count", "number")[:PROPOSED])
    near = near_texts(
        contribution.phase,
        ContributionKind.IDEA,
        compared_text(contribution.title, contribution.text),
        at_most=PROPOSED,
        but=contribution.pk,
    )
    if len(near) >= FEW:
        return near
    others = rows.exclude(pk__in=[row.pk for row in near]).order_by("-support_count", "number")
    return [*near, *others[: FEW - len(near)]]


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(*TEAM)
def merge(request: HatRequest, pk: int, contribution: int) -> HttpResponse:
    """Which ideas join this one or a new one; then what it would do; then doing it."""
    found = contribution_of(request, pk, contribution)
    if found.state != ContributionState.PUBLISHED or found.kind != ContributionKind.IDEA:
        messages.warning(request, _("Seule une idée publiée se réunit à d’autres."))
        return redirect("consultations:moderated", pk, found.pk)
    query = request.GET.get("q", "").replace("\x00", "")[:100]
    ideas = proposed(found, query)
    if request.method != "POST":
        return _merge_page(request, found, MergeForm(ideas), query)
    # What was ticked before another search is among what may be chosen.
    ticked = Contribution.objects.published().filter(
        phase=found.phase_id, pk__in=_numbers(request.POST.getlist("sources"))
    )
    ideas = list({row.pk: row for row in (*ideas, *ticked)}.values())
    form = MergeForm(ideas, request.POST)
    if not form.is_valid():
        return _merge_page(request, found, form, query, status=422)
    written = form.written()
    sources = [row for row in ideas if row.pk in form.cleaned_data["sources"]]
    if written is not None:
        sources = [found, *sources]
    if not request.POST.get("confirm"):
        target = None if written is not None else found
        return render(
            request,
            "consultations/moderation/merge_preview.html",
            {
                **_context(found),
                "form": form,
                "sources": sources,
                "written": written,
                "consequences": merging.consequences(sources, target),
                "token": uuid.uuid4(),
            },
        )
    try:
        kept = merging.merge(
            phase=found.phase,
            sources=[source.pk for source in sources],
            by=request.user,
            target=None if written is not None else found.pk,
            written=written,
            words=form.cleaned_data["words"],
            token=_token(request.POST.get("token", "")),
        )
    except Conflict as conflict:
        messages.warning(request, conflict.message)
        return redirect("consultations:moderated", pk, found.pk)
    except Refusal as refusal:
        show_refusal(form, refusal)
        return _merge_page(request, found, form, query, status=422)
    messages.success(request, _("Idées réunies. Chaque soutien est demandé à qui l’avait donné."))
    return redirect("consultations:moderated", pk, kept.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(*TEAM)
def split(request: HatRequest, pk: int, contribution: int) -> HttpResponse:
    """An idea that asks for several things, made several ideas."""
    found = contribution_of(request, pk, contribution)
    if found.state != ContributionState.PUBLISHED or found.kind != ContributionKind.IDEA:
        messages.warning(request, _("Seule une idée publiée se scinde."))
        return redirect("consultations:moderated", pk, found.pk)
    form = SplitForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            merging.split(
                contribution=found,
                parts=form.parts(),
                by=request.user,
                words=form.cleaned_data["words"],
            )
        except Conflict as conflict:
            messages.warning(request, conflict.message)
            return redirect("consultations:moderated", pk, found.pk)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(
                request, _("Idée scindée. Chacun de ses soutiens est interrogé pour chaque partie.")
            )
            return redirect("consultations:moderated", pk, found.pk)
    return render(
        request,
        "consultations/moderation/split.html",
        {**_context(found), "form": form},
        status=422 if form.errors else 200,
    )


@require_POST
@hat_required(*TEAM)
def restore(request: HatRequest, pk: int, contribution: int) -> HttpResponse:
    """Undo a merge or a split."""
    found = contribution_of(request, pk, contribution)
    try:
        merging.restore(contribution=found, by=request.user)
    except Conflict as conflict:
        messages.warning(request, conflict.message)
    else:
        messages.success(request, _("Idée rétablie, avec les soutiens qu’elle avait."))
    return redirect("consultations:moderated", pk, found.pk)


def _merge_page(
    request: HatRequest, found: Contribution, form: MergeForm, query: str, *, status: int = 200
) -> HttpResponse:
    return render(
        request,
        "consultations/moderation/merge.html",
        {**_context(found), "form": form, "query": query},
        status=status,
    )


def _context(found: Contribution) -> dict[str, Any]:
    return {**team_context(found.phase.consultation, "moderation"), "contribution": found}


def _numbers(values: list[str]) -> list[int]:
    return [
        int(value)
        for value in values[: 2 * merging.MOST_SOURCES]
        if value.isascii() and value.isdigit() and len(value) < 19
    ]


def _token(sent: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(sent)
    except ValueError:
        return None
