"""Costed projects of a vote on a budget, as the team writes them, beside the envelope."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.accounts.requests import HatRequest
from parvis.consultations.amounts import euros
from parvis.consultations.enums import ContributionKind, ContributionState, PhaseKind, Verdict
from parvis.consultations.forms.budgets import ProjectForm
from parvis.consultations.models import Consultation, Contribution, Phase
from parvis.consultations.operations.contributing import Content
from parvis.consultations.operations.projects import (
    change_project,
    content_of,
    remove_project,
    vote_has_begun,
    write_project,
)
from parvis.consultations.permissions.team import (
    access_consultation,
    access_contribution,
    access_phase,
)
from parvis.consultations.phase_settings import BudgetSettings, settings_as
from parvis.consultations.project_labels import sectors_of, themes_of
from parvis.foundation.errors import Refusal
from parvis.foundation.forms import show_refusal
from parvis.foundation.listing import ChoiceFilter, Column, Listing
from parvis.foundation.stale import StaleForm

_VERDICT_PILLS = {Verdict.RETAINED: "good", Verdict.STUDIED: "wait", Verdict.REFUSED: "bad"}


@dataclass(frozen=True, slots=True)
class BudgetPhase:
    """A vote on a budget as its page of preparation shows it."""

    phase: Phase
    envelope_euros: int
    projects: list[Contribution]
    has_begun: bool

    @property
    def total_euros(self) -> int:
        return sum(project.cost_euros or 0 for project in self.projects)

    @property
    def too_dear(self) -> list[Contribution]:
        """Those that could never be chosen: the envelope changed after they were written."""
        return [one for one in self.projects if (one.cost_euros or 0) > self.envelope_euros]

    @property
    def said_of_the_total(self) -> str:
        """What the projects cost together, beside the envelope."""
        if not self.projects:
            return ""
        words = {"total": euros(self.total_euros), "envelope": euros(self.envelope_euros)}
        if self.total_euros <= self.envelope_euros:
            return (
                _(
                    "Tous ces projets tiennent dans l’enveloppe (%(total)s sur %(envelope)s) : le "
                    "vote n’aurait rien à départager. Ajoutez des projets ou réduisez l’enveloppe."
                )
                % words
            )
        return (
            _("Ensemble, ces projets coûtent %(total)s, pour une enveloppe de %(envelope)s.")
            % words
        )


@require_safe
@hat_required(RoleKind.COORDINATOR)
def projects(request: HatRequest, pk: int) -> HttpResponse:
    """The projects of each vote on a budget of a consultation, and what they cost together."""
    consultation = access_consultation(request.hat, pk)
    phases = [
        _read(phase)
        for phase in consultation.phases.select_related("consultation")
        if phase.kind == PhaseKind.BUDGET
    ]
    return render(
        request,
        "consultations/team/projects.html",
        {
            "consultation": consultation,
            "budgets": phases,
            "has_ideas": _ideas_of(request.hat, consultation).exists(),
        },
    )


class Ideas(Listing):
    """Published ideas of the same consultation, of which a project may be made."""

    search_fields = ("title", "text")
    search_label = gettext_lazy("Mots de l’idée")
    default_sort = "-supports"
    caption = gettext_lazy("Idées dont faire un projet")
    export_name = "idees"
    empty_title = gettext_lazy("Aucune idée publiée")
    empty_text = gettext_lazy(
        "Les idées publiées de cette consultation apparaissent ici, avec la réponse officielle qui "
        "leur a été faite : celles qui sont retenues deviennent des projets chiffrés."
    )


def _idea_columns(pk: int, position: int) -> tuple[Column, ...]:
    def write_address(idea: Any) -> str:
        address = reverse("consultations:write_project", args=[pk, position])
        return f"{address}?{urlencode({'idee': idea.pk})}"

    def verdict(idea: Any) -> str:
        answer = getattr(idea, "official_answer", None)
        return answer.get_verdict_display() if answer else _("Sans réponse")

    def pill(idea: Any) -> str:
        answer = getattr(idea, "official_answer", None)
        return _VERDICT_PILLS.get(answer.verdict, "") if answer else ""

    return (
        Column("title", gettext_lazy("Idée"), str, order=("title",), link=write_address),
        Column(
            "supports",
            gettext_lazy("Soutiens"),
            "support_count",
            order=("support_count",),
            numeric=True,
        ),
        Column("verdict", gettext_lazy("Recevabilité"), verdict, pill=pill),
        Column("made", gettext_lazy("Projets déjà écrits"), "made_projects", numeric=True),
    )


@require_safe
@hat_required(RoleKind.COORDINATOR)
def ideas(request: HatRequest, pk: int, position: int) -> HttpResponseBase:
    """Choose the idea of which a project is made."""
    phase = _budget_phase(request.hat, pk, position)
    rows = _ideas_of(request.hat, phase.consultation)
    filters = [
        ChoiceFilter(
            "recevabilite",
            gettext_lazy("Recevabilité"),
            choices=[*Verdict.choices, ("none", gettext_lazy("Sans réponse"))],
            conditions=lambda value: (
                Q(official_answer__isnull=True)
                if value == "none"
                else Q(official_answer__verdict=value)
            ),
        )
    ]
    kind = type("IdeasOfPhase", (Ideas,), {"columns": _idea_columns(pk, position)})
    return kind(request, rows, filters=filters).respond(
        "consultations/team/project_ideas.html",
        {"consultation": phase.consultation, "phase": phase},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.COORDINATOR)
def write(request: HatRequest, pk: int, position: int) -> HttpResponse:
    """Write a costed project, from an idea if `?idee=` names one."""
    phase = _budget_phase(request.hat, pk, position)
    idea = _asked_idea(request, phase)
    form = _form(request, phase.consultation, _start(idea))
    if request.method == "POST" and form.is_valid():
        try:
            made = write_project(
                phase=phase,
                content=form.content(_start(idea)),
                by=request.user,
                token=form.cleaned_data["token"],
                from_idea=idea,
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(
                request, _("Projet n° %(number)d enregistré.") % {"number": made.number}
            )
            return redirect("consultations:projects", pk=pk)
    return _form_page(request, form, phase, title=_("Nouveau projet"), idea=idea)


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.COORDINATOR)
def change(request: HatRequest, pk: int, project: int) -> HttpResponse:
    """Change a project: all of it before the vote, its plain words afterwards."""
    found = _access_project(request.hat, pk, project)
    phase = found.phase
    frozen = vote_has_begun(phase)
    form = _form(
        request,
        phase.consultation,
        content_of(found),
        revision=found.revision,
        token=found.token,
        frozen=frozen,
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_project(
                project=found,
                content=form.content(content_of(found)),
                by=request.user,
                revision=form.cleaned_data["revision"] or 0,
            )
        except StaleForm:
            raise
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Projet enregistré."))
            return redirect("consultations:projects", pk=pk)
    return _form_page(
        request, form, phase, title=str(found), idea=found.from_idea, project=found, frozen=frozen
    )


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.COORDINATOR)
def remove(request: HatRequest, pk: int, project: int) -> HttpResponse:
    """Take a project off a vote that has not begun."""
    found = _access_project(request.hat, pk, project)
    if request.method == "POST":
        remove_project(project=found, by=request.user)
        messages.success(request, _("Le projet n’est plus proposé au vote."))
        return redirect("consultations:projects", pk=pk)
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Retirer « %(title)s » du vote ?") % {"title": found},
            "summary": _("Ce projet ne sera plus proposé au vote."),
            "consequences": [
                _("Son numéro ne sera pas donné à un autre."),
                _("Vous pourrez en écrire un nouveau tant que le vote n’a pas commencé."),
            ],
            "irreversible": True,
            "danger": True,
            "confirm_label": _("Retirer ce projet"),
            "back_url": reverse("consultations:projects", args=[pk]),
        },
    )


# --- Reading --------------------------------------------------------------------------------------


def _read(phase: Phase) -> BudgetPhase:
    proposed = Contribution.objects.published().filter(phase=phase, kind=ContributionKind.PROJECT)
    return BudgetPhase(
        phase=phase,
        envelope_euros=settings_as(BudgetSettings, phase.kind, phase.settings).envelope_euros,
        projects=list(proposed.select_related("from_idea").order_by("number")),
        has_begun=vote_has_begun(phase),
    )


def _budget_phase(hat: Hat, pk: int, position: int) -> Phase:
    phase = access_phase(hat, pk, position)
    if phase.kind != PhaseKind.BUDGET:
        raise Http404
    return phase


def _access_project(hat: Hat, pk: int, key: int) -> Contribution:
    found = access_contribution(hat, pk, key)
    if (
        found.kind != ContributionKind.PROJECT
        or found.phase.kind != PhaseKind.BUDGET
        or found.state != ContributionState.PUBLISHED
    ):
        raise Http404
    return found


def _ideas_of(hat: Hat, consultation: Consultation) -> QuerySet[Any]:
    rows: QuerySet[Any] = (
        Contribution.objects.visible_to(hat)
        .published()
        .filter(phase__consultation=consultation, kind=ContributionKind.IDEA)
        .select_related("official_answer")
        .annotate(
            made_projects=Count("projects", filter=Q(projects__state=ContributionState.PUBLISHED))
        )
    )
    return rows


def _asked_idea(request: HatRequest, phase: Phase) -> Contribution | None:
    """The idea named by the address; 404 where it names none of this consultation."""
    raw = request.GET.get("idee", "")
    if not raw:
        return None
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 18):
        raise Http404
    rows = _ideas_of(request.hat, phase.consultation).select_related("phase")
    found: Contribution | None = rows.filter(pk=int(raw)).first()
    if found is None:
        raise Http404
    return found


def _start(idea: Contribution | None) -> Content:
    """What a project made of an idea begins with; the team then writes what it becomes."""
    if idea is None:
        return Content()
    return Content(
        title=idea.title,
        text=idea.text,
        plain_summary=idea.plain_summary,
        theme=idea.theme,
        sector=idea.sector,
        place=idea.place,
        latitude=idea.latitude,
        longitude=idea.longitude,
    )


# --- Forms ----------------------------------------------------------------------------------------


def _form(
    request: HatRequest,
    consultation: Consultation,
    start: Content,
    *,
    revision: int | None = None,
    token: uuid.UUID | None = None,
    frozen: bool = False,
) -> ProjectForm:
    return ProjectForm(
        request.POST if request.method == "POST" else None,
        themes=list(themes_of(consultation).items()),
        sectors=list(sectors_of(consultation).items()),
        frozen=frozen,
        initial={
            "title": start.title,
            "cost_euros": start.cost_euros,
            "text": start.text,
            "plain_summary": start.plain_summary,
            "theme": start.theme,
            "sector": start.sector,
            "place": start.place,
            "token": token or uuid.uuid4(),
            "revision": revision,
        },
    )


def _form_page(
    request: HatRequest,
    form: ProjectForm,
    phase: Phase,
    *,
    title: str,
    idea: Contribution | None,
    project: Contribution | None = None,
    frozen: bool = False,
) -> HttpResponse:
    budget = _read(phase)
    return render(
        request,
        "consultations/team/project_form.html",
        {
            "form": form,
            "title": title,
            "consultation": phase.consultation,
            "phase": phase,
            "budget": budget,
            "idea": idea,
            "project": project,
            "frozen": frozen,
            "has_begun": budget.has_begun,
        },
        status=422 if form.errors else 200,
    )
