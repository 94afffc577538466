"""Milestones, and the budget followed: planned beside spent."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.hats import Hat
from parvis.accounts.requests import HatRequest
from parvis.consultations.delivery import delivery_of
from parvis.consultations.forms.answers import MilestoneForm
from parvis.consultations.models import Milestone
from parvis.consultations.operations import milestones as operations
from parvis.consultations.operations.milestones import MilestoneContent
from parvis.consultations.views.team.answers import (
    answering_team,
    outcome_context,
    stale_page,
)
from parvis.consultations.views.team.page import TEAM
from parvis.foundation.errors import Refusal
from parvis.foundation.forms import show_refusal
from parvis.foundation.stale import StaleForm

_FIELDS = ("title", "contribution", "due_on", "reached_on", "spent_euros", "text", "revision")


def access_milestone(hat: Hat, pk: int, milestone: int) -> Milestone:
    """A milestone of a consultation; or 404."""
    found: Milestone | None = (
        Milestone.objects.visible_to(hat)
        .select_related("consultation__organisation", "contribution__phase")
        .filter(consultation=pk, pk=milestone)
        .first()
    )
    if found is None:
        raise Http404
    return found


@require_safe
@hat_required(*TEAM)
def milestones(request: HatRequest, pk: int) -> HttpResponse:
    """Milestones by project, and the money."""
    consultation = answering_team(request, pk)
    return render(
        request,
        "consultations/team/milestones.html",
        {**outcome_context(consultation, "milestones"), "delivery": delivery_of(consultation)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(*TEAM)
def milestone_add(request: HatRequest, pk: int) -> HttpResponse:
    return _page(request, pk, None)


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(*TEAM)
def milestone(request: HatRequest, pk: int, milestone: int) -> HttpResponse:
    return _page(request, pk, access_milestone(request.hat, pk, milestone))


@require_POST
@hat_required(*TEAM)
def milestone_remove(request: HatRequest, pk: int, milestone: int) -> HttpResponse:
    answering_team(request, pk)
    operations.remove_milestone(
        milestone=access_milestone(request.hat, pk, milestone), by=request.user
    )
    messages.success(request, _("Jalon retiré."))
    return redirect("consultations:milestones", pk=pk)


def _page(request: HatRequest, pk: int, found: Milestone | None) -> HttpResponse:
    consultation = answering_team(request, pk)
    initial: dict[str, Any] = {}
    if found is not None:
        initial = {name: getattr(found, name) for name in _FIELDS}
    elif (about := request.GET.get("projet", "")).isdecimal() and len(about) < 19:
        initial["contribution"] = int(about)
    form = MilestoneForm(request.POST if request.method == "POST" else None, initial=initial)
    form.of_consultation(consultation)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        revision = data.pop("revision")
        try:
            operations.save_milestone(
                consultation=consultation,
                content=MilestoneContent(**data),
                by=request.user,
                milestone=found,
                revision=revision,
            )
        except StaleForm as stale:
            sent = {**data, "contribution": data["contribution"] and data["contribution"].pk}
            retry = MilestoneForm({**sent, "revision": stale.current_revision})
            retry.of_consultation(consultation)
            return stale_page(request, stale, retry)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Jalon enregistré."))
            return redirect("consultations:milestones", pk=pk)
    return render(
        request,
        "consultations/team/answer_form.html",
        {
            **outcome_context(consultation, "milestones"),
            "title": _("Changer un jalon") if found else _("Nouveau jalon"),
            "form": form,
            "back_url": reverse("consultations:milestones", args=[pk]),
            "remove_url": reverse("consultations:milestone_remove", args=[pk, found.pk])
            if found
            else "",
        },
        status=422 if form.errors else 200,
    )
