"""Official answers: the list by support, one answer, the same answer to several ideas."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.consultations.answer_listing import AnswerListing, answerable
from parvis.consultations.forms.answers import AnswerAlikeForm, AnswerForm, EmbargoReasonForm
from parvis.consultations.lineage import concerned
from parvis.consultations.models import Consultation, OfficialAnswer
from parvis.consultations.operations import answering, milestones, publishing
from parvis.consultations.operations.answering import AnswerContent
from parvis.consultations.permissions.members import may_answer
from parvis.consultations.permissions.team import access_consultation, access_contribution
from parvis.consultations.results.projects import ARGUMENT_KINDS, has_few_supporters
from parvis.consultations.views.team.page import TEAM, team_context
from parvis.editions.embargo import embargo_of
from parvis.foundation.errors import Refusal
from parvis.foundation.forms import show_refusal
from parvis.foundation.permissions import Denied, require
from parvis.foundation.stale import StaleForm


def answering_team(request: HatRequest, pk: int) -> Consultation:
    """The consultation, if the hat answers in it; 404, or 403 with the reason."""
    consultation = access_consultation(request.hat, pk)
    require(may_answer(request.hat, consultation))
    return consultation


def outcome_context(consultation: Consultation, here: str) -> dict[str, Any]:
    """What pages of answers, milestones and the result show: the pre-electoral period besides."""
    return {**team_context(consultation, here), "embargo": embargo_of(consultation.organisation)}


@require_safe
@hat_required(*TEAM)
def answers(request: HatRequest, pk: int) -> HttpResponseBase:
    """What may be answered, the most supported first."""
    consultation = answering_team(request, pk)
    rows = answerable(request.hat, consultation)
    listing = AnswerListing(request, rows)
    return listing.respond(
        "consultations/team/answers.html",
        {
            **outcome_context(consultation, "answers"),
            "waiting": rows.filter(official_answer__isnull=True, state="published").count(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(*TEAM)
def answer(request: HatRequest, pk: int, contribution: int) -> HttpResponse:
    """Answer a contribution, or change its answer."""
    consultation = answering_team(request, pk)
    found = access_contribution(request.hat, pk, contribution)
    decision = answering.may_answer(found)
    if isinstance(decision, Denied):
        raise Refusal(decision.reason)
    given = OfficialAnswer.objects.filter(contribution=found).first()
    initial = {}
    if given is not None:
        initial = {"verdict": given.verdict, "reason": given.reason, "revision": given.revision}
    form = AnswerForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            answering.answer(
                contribution=found,
                content=AnswerContent(data["verdict"], data["reason"]),
                by=request.user,
                revision=data["revision"],
            )
        except StaleForm as stale:
            return stale_page(
                request, stale, AnswerForm({**data, "revision": stale.current_revision})
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Réponse enregistrée."))
            return redirect("consultations:answers", pk=pk)
    return render(
        request,
        "consultations/team/answer.html",
        {
            **outcome_context(consultation, "answers"),
            "contribution": found,
            "given": given,
            "form": form,
            "tells_support": found.kind not in ARGUMENT_KINDS
            or not has_few_supporters(found.phase),
            "told": concerned(found).count(),
        },
        status=422 if form.errors else 200,
    )


@require_POST
@hat_required(*TEAM)
def answer_alike(request: HatRequest, pk: int) -> HttpResponse:
    """The same answer to the contributions ticked: first what it would do, then doing it."""
    consultation = answering_team(request, pk)
    ticked = _ticked(request.POST.getlist("contribution"))
    rows: list[Any] = list(
        answerable(request.hat, consultation).filter(pk__in=ticked)[: len(ticked)]
    )
    fresh = [row for row in rows if row.verdict is None]
    if not fresh:
        messages.warning(request, _("Cochez au moins une contribution sans réponse."))
        return redirect("consultations:answers", pk=pk)
    if len(rows) > answering.MOST_AT_ONCE:
        raise Refusal(_("Cent contributions au plus à la fois."))
    is_sent = "confirm" in request.POST
    form = AnswerAlikeForm(request.POST if is_sent else None)
    if is_sent and form.is_valid():
        try:
            given = answering.answer_alike(
                consultation=consultation,
                contributions=[row.pk for row in fresh],
                content=AnswerContent(form.cleaned_data["verdict"], form.cleaned_data["reason"]),
                by=request.user,
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(
                request,
                ngettext(
                    "%(count)s contribution a sa réponse.",
                    "%(count)s contributions ont leur réponse.",
                    len(given),
                )
                % {"count": len(given)},
            )
            return redirect("consultations:answers", pk=pk)
    return render(
        request,
        "consultations/team/answer_alike.html",
        {
            **outcome_context(consultation, "answers"),
            "form": form,
            "fresh": fresh,
            "answered": [row for row in rows if row.verdict is not None],
        },
        status=422 if form.errors else 200,
    )


def _ticked(values: list[str]) -> set[int]:
    """The keys among what was sent; anything else is passed over."""
    return {int(one) for one in values if one.isascii() and one.isdigit() and len(one) < 19}


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.COORDINATOR)
def embargo_reason(request: HatRequest, pk: int) -> HttpResponse:
    """Write why answers, milestones and results are shown in spite of an election."""
    consultation = access_consultation(request.hat, pk)
    form = EmbargoReasonForm(
        request.POST if request.method == "POST" else None,
        initial={"embargo_reason": consultation.embargo_reason},
    )
    if request.method == "POST" and form.is_valid():
        try:
            held = publishing.write_embargo_reason(
                consultation=consultation,
                reason=form.cleaned_data["embargo_reason"],
                by=request.user,
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            answering.tell_waiting(held)
            milestones.tell_waiting(held)
            messages.success(
                request,
                _("Motif inscrit au journal : réponses, jalons et résultats sont montrés.")
                if held.embargo_reason
                else _("Motif retiré : ce qui concerne l’action de l’organisme attend."),
            )
            return redirect("consultations:answers", pk=pk)
    return render(
        request,
        "consultations/team/answer_form.html",
        {
            **outcome_context(consultation, "answers"),
            "title": _("Période préélectorale"),
            "form": form,
            "back_url": reverse("consultations:answers", args=[pk]),
        },
        status=422 if form.errors else 200,
    )


def stale_page(request: HatRequest, stale: StaleForm, retry: Any) -> HttpResponse:
    """Both versions, and the form as it was sent, on the revision of today."""
    return render(
        request,
        "foundation/stale.html",
        {"differences": stale.differences, "form": retry, "action_url": request.path},
        status=stale.status,
    )
