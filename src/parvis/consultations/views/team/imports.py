"""Imports: a file looked at, its report line by line, then written by a task."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.accounts.requests import HatRequest
from parvis.consultations.forms.imports import ImportForm
from parvis.consultations.models import ImportJob
from parvis.consultations.operations import importing
from parvis.consultations.permissions.team import access_consultation
from parvis.consultations.views.team.page import team_context
from parvis.foundation.errors import Refusal
from parvis.foundation.forms import show_refusal

SHOWN = 20


def access_import(hat: Hat, pk: int, job: int) -> ImportJob:
    """An import of a consultation; or 404."""
    found: ImportJob | None = (
        ImportJob.objects.visible_to(hat)
        .select_related("phase__consultation__organisation", "by")
        .filter(phase__consultation=pk, pk=job)
        .first()
    )
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.COORDINATOR)
def imports(request: HatRequest, pk: int) -> HttpResponse:
    """The imports of a consultation, and the form that brings another file."""
    consultation = access_consultation(request.hat, pk)
    form = ImportForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
    )
    form.of_consultation(consultation)
    if request.method == "POST" and form.is_valid():
        phase = form.cleaned_data["phase"]
        phase.consultation = consultation
        try:
            job = importing.check_import(
                phase=phase,
                format=form.cleaned_data["format"],
                file=form.cleaned_data["file"],
                by=request.user,
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("consultations:import", pk=pk, job=job.pk)
    jobs = (
        ImportJob.objects.visible_to(request.hat)
        .filter(phase__consultation=consultation)
        .select_related("phase", "by")[:SHOWN]
    )
    return render(
        request,
        "consultations/team/imports.html",
        {**team_context(consultation, "imports"), "form": form, "jobs": jobs},
        status=422 if form.errors else 200,
    )


@require_safe
@hat_required(RoleKind.COORDINATOR)
def import_job(request: HatRequest, pk: int, job: int) -> HttpResponse:
    """What a file holds, line by line, and how far its import is."""
    found = access_import(request.hat, pk, job)
    return render(
        request,
        "consultations/team/import.html",
        {**team_context(found.phase.consultation, "imports"), "job": found},
    )


@require_POST
@hat_required(RoleKind.COORDINATOR)
def import_start(request: HatRequest, pk: int, job: int) -> HttpResponse:
    """Write what was looked at."""
    try:
        importing.start_import(job=access_import(request.hat, pk, job), by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(
            request, _("L’import est en route : vous pouvez quitter cette page et revenir.")
        )
    return redirect("consultations:import", pk=pk, job=job)


@require_POST
@hat_required(RoleKind.COORDINATOR)
def import_discard(request: HatRequest, pk: int, job: int) -> HttpResponse:
    """Forget an import and its file."""
    try:
        importing.discard_import(job=access_import(request.hat, pk, job), by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("consultations:import", pk=pk, job=job)
    messages.success(request, _("Import oublié, fichier détruit ; ce qui a été repris reste."))
    return redirect("consultations:imports", pk=pk)
