"""A phase being prepared: its dates and rules, what it begins with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.consultations.enums import ContributionKind, PhaseKind
from parvis.consultations.forms.kinds import kind_form
from parvis.consultations.forms.preparing import PhaseForm, TextsForm
from parvis.consultations.models import STATEMENT_LENGTH, Contribution, Phase
from parvis.consultations.operations import preparing
from parvis.consultations.operations.contributing import Content, take_away, write_for_team
from parvis.consultations.permissions.team import (
    access_consultation,
    access_contribution,
    access_phase,
)
from parvis.consultations.phase_settings import read_settings
from parvis.consultations.views.team.page import team_page
from parvis.foundation.errors import Refusal
from parvis.foundation.forms import show_refusal

# What the team writes in a phase, and how long one may be.
WRITTEN_BY_THE_TEAM = {
    PhaseKind.OPINIONS: (ContributionKind.STATEMENT, STATEMENT_LENGTH),
    PhaseKind.PAIRS: (ContributionKind.ITEM, STATEMENT_LENGTH),
    PhaseKind.PROJECT: (ContributionKind.CRITERION, STATEMENT_LENGTH),
    PhaseKind.EVALUATION: (ContributionKind.CRITERION, STATEMENT_LENGTH),
}


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.COORDINATOR)
def add(request: HatRequest, pk: int) -> HttpResponse:
    """A phase more, at the end; what its kind is set to comes on its own page."""
    current = access_consultation(request.hat, pk)
    last = current.phases.order_by("-closes_at").first()
    begins = last.closes_at if last else timezone.now()
    initial = {"opens_at": begins, "closes_at": begins + timedelta(days=30)}
    form = PhaseForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = preparing.save_phase(
                    consultation=current, content=form.content(), by=request.user
                )
            except Refusal as refusal:
                show_refusal(form, refusal)
                status = refusal.status
            else:
                return redirect("consultations:phase_settings", pk, made.position)
    return team_page(request, "consultations/team/phase_new.html", current, {"form": form}, status)


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.COORDINATOR)
def phase(request: HatRequest, pk: int, position: int) -> HttpResponse:
    """The dates, texts and rules of a phase."""
    current = access_phase(request.hat, pk, position)
    read = read_settings(current.kind, current.settings)
    data = request.POST or None
    form, rules = PhaseForm.of(current, data), kind_form(current.kind, read, data)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and (rules is None or rules.is_valid()):
            same_kind = form.cleaned_data["kind"] == current.kind
            told = rules.settings(read) if rules is not None and same_kind else None
            try:
                preparing.save_phase(
                    consultation=current.consultation,
                    content=form.content(told),
                    by=request.user,
                    position=position,
                )
            except Refusal as refusal:
                show_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("L’étape est enregistrée."))
                if same_kind:
                    return redirect("consultations:consultation", pk)
                return redirect("consultations:phase_settings", pk, position)
    context = {"form": form, "rules": rules, "phase": current, **_written(current)}
    return team_page(
        request, "consultations/team/phase.html", current.consultation, context, status
    )


@require_POST
@hat_required(RoleKind.COORDINATOR)
def remove(request: HatRequest, pk: int, position: int) -> HttpResponse:
    current = access_phase(request.hat, pk, position)
    try:
        preparing.remove_phase(
            consultation=current.consultation, position=position, by=request.user
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(
            request, _("L’étape « %(title)s » est retirée.") % {"title": current.title}
        )
    return redirect("consultations:consultation", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.COORDINATOR)
def texts(request: HatRequest, pk: int, position: int) -> HttpResponse:
    """The statements, items or criteria of a phase: written one a line, taken away one by one."""
    current = access_phase(request.hat, pk, position)
    kind, longest = _writable(current)
    form = TextsForm(request.POST or None, longest=longest)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            there = set(
                Contribution.objects.published()
                .filter(phase=current, kind=kind)
                .values_list("text", flat=True)
            )
            fresh = [text for text in form.cleaned_data["texts"] if text not in there]
            for text in fresh:
                write_for_team(
                    phase=current, kind=kind, content=Content(text=text), by=request.user
                )
            messages.success(request, _("%(count)d ajoutées.") % {"count": len(fresh)})
            return redirect("consultations:phase_texts", pk, position)
    context = {"form": form, "phase": current, **_written(current)}
    return team_page(
        request, "consultations/team/texts.html", current.consultation, context, status
    )


@require_POST
@hat_required(RoleKind.COORDINATOR)
def remove_text(request: HatRequest, pk: int, contribution: int) -> HttpResponse:
    found = access_contribution(request.hat, pk, contribution)
    take_away(contribution=found, by=request.user)
    messages.success(request, _("Retirée."))
    return redirect("consultations:phase_texts", pk, found.phase.position)


def _writable(phase: Phase) -> tuple[ContributionKind, int]:
    """Kind and longest text of what the team writes there, or 404."""
    try:
        return WRITTEN_BY_THE_TEAM[PhaseKind(phase.kind)]
    except KeyError:
        raise Http404 from None


def _written(phase: Phase) -> dict[str, Any]:
    """What the team wrote in a phase, if it writes any there."""
    kind, _longest = WRITTEN_BY_THE_TEAM.get(PhaseKind(phase.kind), (None, 0))
    if kind is None:
        return {}
    found = Contribution.objects.published().filter(phase=phase, kind=kind, author=None)
    return {"texts_kind": kind.label, "texts": found.order_by("number")}
