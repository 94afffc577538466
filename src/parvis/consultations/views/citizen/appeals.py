"""What became of one's contribution, the appeal against a refusal, reports, the public charter."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parvis.consultations.charter import charter_figures
from parvis.consultations.enums import ModerationReason
from parvis.consultations.forms.moderation import AppealForm, ReportForm
from parvis.consultations.models import Contribution
from parvis.consultations.operations import moderating
from parvis.consultations.permissions.public import open_contribution
from parvis.consultations.views.citizen.visit import Visit, visiting
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.forms import show_refusal


@require_safe
@visiting
def charter(visit: Visit) -> HttpResponse:
    """Why a contribution may be refused, how to contest, and how often it happened."""
    return visit.render(
        "consultations/public/charter.html",
        {"figures": charter_figures(visit.consultation)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@visiting
def appeal(visit: Visit, number: int) -> HttpResponseBase:
    """To its author: where a contribution stands, each decision with its reason; the appeal."""
    found = _own(visit, number)
    form = AppealForm(_posted(visit))
    if visit.request.method == "POST":
        if form.is_valid():
            try:
                moderating.appeal(
                    contribution=found, author=visit.actor(), words=form.cleaned_data["words"]
                )
            except Conflict as conflict:
                messages.warning(visit.request, conflict.message)
                return _back(visit, number)
            except Refusal as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(
                    visit.request,
                    _("Votre recours est enregistré : une autre personne va le trancher."),
                )
                return _back(visit, number)
        elif not moderating.may_appeal(found):
            return _back(visit, number)
    return visit.render(
        "consultations/public/appeal.html",
        {
            "contribution": found,
            "decisions": [
                (row, ModerationReason(row.reason).label if row.reason else "")
                for row in found.decisions.all()
            ],
            "form": form,
            "may_appeal": moderating.may_appeal(found),
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@visiting
def report(visit: Visit, number: int) -> HttpResponseBase:
    """Tell the moderators that a contribution breaks the charter."""
    found = open_contribution(visit.running, number)
    form = ReportForm(_posted(visit))
    if visit.request.method == "POST" and form.is_valid():
        try:
            moderating.report(
                contribution=found,
                participant=visit.actor(),
                reason=form.cleaned_data["reason"],
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(
                visit.request, _("Merci : un modérateur va relire cette contribution.")
            )
            response = redirect(
                "consultations:phase", visit.consultation.code, visit.running.position
            )
            response.status_code = 303
            return response
    return visit.render(
        "consultations/public/report.html",
        {"contribution": found, "form": form},
        status=422 if form.errors else 200,
    )


def _own(visit: Visit, number: int) -> Contribution:
    """The participant's own contribution of that number, or 404."""
    rows: Any = Contribution.objects.filter(phase=visit.running, number=number)
    found: Contribution | None = (
        rows.filter(author=visit.participant).select_related("phase__consultation").first()
        if visit.participant is not None
        else None
    )
    if found is None:
        raise Http404
    return found


def _back(visit: Visit, number: int) -> HttpResponse:
    response = redirect(
        "consultations:appeal", visit.consultation.code, visit.running.position, number
    )
    response.status_code = 303
    return response


def _posted(visit: Visit) -> Any:
    """What a form was sent with; None while it is only shown."""
    return visit.request.POST if visit.request.method == "POST" else None
