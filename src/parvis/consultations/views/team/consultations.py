"""Preparing and running a consultation: the list, a new one, its board, its settings."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings as site
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.consultations.enums import (
    ConsultationState,
    ContributionKind,
    ContributionState,
    PhaseKind,
    Template,
)
from parvis.consultations.exposure import Fairness, fairness
from parvis.consultations.forms.preparing import NewConsultationForm, SettingsForm
from parvis.consultations.forms.translating import TranslationForm
from parvis.consultations.models import Consultation, Contribution, Phase
from parvis.consultations.operations import preparing
from parvis.consultations.permissions.team import access_consultation, may_prepare
from parvis.consultations.pre_electoral import meetings
from parvis.consultations.starts import phases_of
from parvis.consultations.views.team.page import team_page
from parvis.foundation.addresses import absolute
from parvis.foundation.errors import Refusal
from parvis.foundation.forms import show_refusal
from parvis.foundation.stale import StaleForm
from parvis.organisations.permissions import body_of


@require_safe
@hat_required(RoleKind.COORDINATOR)
def consultations(request: HatRequest) -> HttpResponse:
    found = (
        Consultation.objects.visible_to(request.hat)
        .annotate(people=Count("participants", distinct=True))
        .prefetch_related("phases")
        .order_by("-created_at")
    )
    return render(
        request,
        "consultations/team/list.html",
        {
            "lines": [(one, list(one.phases.all())) for one in found],
            "may_prepare": may_prepare(request.hat),
            "is_simulated": request.hat.is_simulated,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.COORDINATOR)
def create(request: HatRequest) -> HttpResponse:
    decision = may_prepare(request.hat)
    if not decision:
        context = {"reason": decision.reason, "is_simulated": request.hat.is_simulated}
        return render(request, "consultations/option_missing.html", context, status=403)
    form = NewConsultationForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            made = preparing.create_consultation(
                organisation=body_of(request.hat),
                template=Template(form.cleaned_data["template"]),
                content=form.content(),
                by=request.user,
                begins=form.begins_at(),
            )
            return redirect("consultations:consultation", made.pk)
    return render(
        request,
        "consultations/team/new.html",
        {
            "form": form,
            "starts": [(template, phases_of(template)) for template in Template],
            "is_simulated": request.hat.is_simulated,
        },
        status=status,
    )


@require_safe
@hat_required(RoleKind.COORDINATOR)
def consultation(request: HatRequest, pk: int) -> HttpResponse:
    """The board of a consultation: where it stands, what it needs, its phases."""
    return _board(request, access_consultation(request.hat, pk))


def _board(request: HatRequest, current: Consultation, *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    published = Q(contributions__state=ContributionState.PUBLISHED)
    phases = list(
        current.phases.annotate(
            written=Count("contributions", filter=published),
        ).order_by("position")
    )
    waiting = Contribution.objects.filter(
        phase__consultation=current,
        state__in=[ContributionState.WAITING, ContributionState.APPEALED],
    ).count()
    problems = (
        preparing.problems_before_opening(current)
        if current.state == ConsultationState.DRAFT
        else []
    )
    return render(
        request,
        "consultations/team/board.html",
        {
            "consultation": current,
            "phases": [(phase, phase.is_running(now), phase.opens_at > now) for phase in phases],
            "problems": problems,
            "meetings": meetings(current.organisation, phases),
            "exposures": _exposures(phases),
            "waiting": waiting,
            "people": current.participants.count(),
            "address": absolute(f"/participer/{current.code}/", request),
            "other_languages": _other_languages(current),
            "is_simulated": current.organisation.is_simulated,
        },
        status=status,
    )


# What is shown to be judged in a phase, whose fairness the board tells.
_SHOWN_IN = {
    PhaseKind.IDEAS: ContributionKind.IDEA,
    PhaseKind.OPINIONS: ContributionKind.STATEMENT,
    PhaseKind.PAIRS: ContributionKind.ITEM,
    PhaseKind.BUDGET: ContributionKind.PROJECT,
}


def _exposures(phases: Sequence[Phase]) -> list[tuple[Phase, Fairness]]:
    """How evenly what is to be judged was shown, of each phase where something was."""
    found = [
        (phase, fairness(phase, kind=_SHOWN_IN[PhaseKind(phase.kind)]))
        for phase in phases
        if phase.kind in _SHOWN_IN
    ]
    return [(phase, figure) for phase, figure in found if figure.shown]


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.COORDINATOR)
def settings(request: HatRequest, pk: int) -> HttpResponse:
    current = access_consultation(request.hat, pk)
    form = SettingsForm.of(current, request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                preparing.change_consultation(
                    consultation=current,
                    content=form.content(),
                    by=request.user,
                    revision=form.cleaned_data["revision"],
                )
            except StaleForm as stale:
                return _stale(request, stale)
            except Refusal as refusal:
                show_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("Les réglages sont enregistrés."))
                return redirect("consultations:consultation", pk)
    return team_page(request, "consultations/team/settings.html", current, {"form": form}, status)


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.COORDINATOR)
def translate(request: HatRequest, pk: int, language: str) -> HttpResponse:
    """The texts of a consultation and of its phases in another language."""
    current = access_consultation(request.hat, pk)
    names = dict(_other_languages(current))
    if language not in names:
        raise Http404
    form = TranslationForm(request.POST or None, consultation=current, language=language)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            preparing.translate(
                consultation=current, language=language, texts=form.cleaned_data, by=request.user
            )
            messages.success(request, _("La traduction est enregistrée."))
            return redirect("consultations:consultation", pk)
    context = {"form": form, "language_name": names[language]}
    return team_page(request, "consultations/team/translation.html", current, context, status)


@require_POST
@hat_required(RoleKind.COORDINATOR)
def open_to_public(request: HatRequest, pk: int) -> HttpResponse:
    current = access_consultation(request.hat, pk)
    try:
        preparing.open_consultation(consultation=current, by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return _board(request, access_consultation(request.hat, pk), status=refusal.status)
    messages.success(request, _("La consultation est publique."))
    return redirect("consultations:consultation", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.COORDINATOR)
def delete(request: HatRequest, pk: int) -> HttpResponse:
    """Throw away a consultation that was never opened, after a page that says what goes."""
    current = access_consultation(request.hat, pk)
    if request.method == "POST":
        preparing.delete_consultation(consultation=current, by=request.user)
        messages.success(request, _("La consultation est supprimée."))
        return redirect("consultations:consultations")
    return team_page(request, "consultations/team/delete.html", current, {}, 200)


def _stale(request: HatRequest, stale: StaleForm) -> HttpResponse:
    """Both versions; the form, sent again, is about the one stored now."""
    typed = request.POST.copy()
    typed["revision"] = str(stale.current_revision)
    again = SettingsForm(typed)
    return render(
        request,
        "foundation/stale.html",
        {"differences": stale.differences, "form": again, "action_url": request.path},
        status=stale.status,
    )


def _other_languages(current: Consultation) -> list[tuple[str, str]]:
    """Code and name of the languages a consultation may be told in beside its own."""
    return [(code, str(name).lower()) for code, name in site.LANGUAGES if code != current.language]
