"""Exports of a body: asked for, followed, downloaded; counts sent directly."""

from __future__ import annotations

from typing import Literal

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.feedback.exchange_enums import ExportState
from parvis.feedback.exports.counts import stream_counts
from parvis.feedback.exports.files import EXPORT_KEPT, EXTENSIONS, MEDIA_TYPES, final_path
from parvis.feedback.forms.exchanges import ExportForm
from parvis.feedback.models import MINIMUM_STAFFING, ExportJob, Touchpoint
from parvis.feedback.operations.exports import (
    STALLED_AFTER,
    ask_for_export,
    note_counts_download,
    note_export_download,
    remove_export,
    resume_export,
)
from parvis.feedback.permissions.exchanges import access_export, body_of
from parvis.foundation.downloads import send_file
from parvis.foundation.errors import Refusal
from parvis.foundation.forms import show_refusal

SHOWN = 20


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def exports(request: HatRequest) -> HttpResponse:
    """The exports of the week, and the form that asks for another."""
    body = body_of(request.hat)
    points = Touchpoint.objects.visible_to(request.hat)
    form = ExportForm(
        request.POST if request.method == "POST" else None,
        touchpoints=points.filter(staffing__gte=MINIMUM_STAFFING),
    )
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                ask_for_export(organisation=body, by=request.user, **form.cleaned_data)
            except Refusal as refusal:
                show_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(
                    request,
                    _("L’export est en route : vous pouvez quitter cette page et revenir."),
                )
                return redirect("feedback:exports")
        else:
            status = 422
    now = timezone.now()
    jobs = list(
        ExportJob.objects.visible_to(request.hat)
        .filter(requested_at__gt=now - EXPORT_KEPT)
        .select_related("touchpoint", "requested_by")
        .defer("writer_state")[:SHOWN]
    )
    return render(
        request,
        "feedback/exchanges/exports.html",
        {
            "form": form,
            "body": body,
            "is_simulated": body.is_simulated,
            "jobs": [_shown(job) for job in jobs],
            "is_any_going_on": any(job.is_going_on for job in jobs),
            "few_agents": points.filter(staffing__lt=MINIMUM_STAFFING).count(),
            "has_touchpoints": points.exists(),
        },
        status=status,
    )


def _shown(job: ExportJob) -> dict[str, object]:
    expected = job.rows_expected or 0
    return {
        "job": job,
        "percent": min(100, job.rows_walked * 100 // expected) if expected else 0,
        "is_stalled": job.is_going_on and timezone.now() - job.progressed_at > STALLED_AFTER,
        "expires_at": job.requested_at + EXPORT_KEPT,
    }


@hat_required(RoleKind.COORDINATOR)
@require_safe
def export_file(request: HatRequest, number: int) -> HttpResponseBase:
    """The file of a finished export, or the part of it that is asked for."""
    job = access_export(number, request.hat)
    if job.state != ExportState.DONE or timezone.now() > job.requested_at + EXPORT_KEPT:
        raise Http404
    extension = EXTENSIONS[job.format]
    name = f"ecoute-{slugify(job.organisation.name)[:40]}-{job.requested_at:%Y-%m-%d}.{extension}"
    response = send_file(
        request, final_path(job), media_type=MEDIA_TYPES[extension], download_name=name
    )
    if request.method == "GET" and response.status_code in (200, 206):
        note_export_download(job=job, by=request.user, is_part=response.status_code == 206)
    return response


@hat_required(RoleKind.COORDINATOR)
@require_POST
def resume(request: HatRequest, number: int) -> HttpResponse:
    """Take up an export that stands still."""
    job = access_export(number, request.hat)
    try:
        resume_export(job=job, by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("L’export reprend là où il en était."))
    return redirect("feedback:exports")


@hat_required(RoleKind.COORDINATOR)
@require_POST
def remove(request: HatRequest, number: int) -> HttpResponse:
    """Forget an export and its file: another one can be asked for."""
    remove_export(job=access_export(number, request.hat), by=request.user)
    messages.success(request, _("L’export est retiré, son fichier est détruit."))
    return redirect("feedback:exports")


@hat_required(RoleKind.COORDINATOR)
@require_safe
def counts_file(request: HatRequest, period: Literal["jour", "mois"]) -> HttpResponseBase:
    """The counts of the body, sent as they are read."""
    body = body_of(request.hat)
    if request.method == "GET":
        note_counts_download(organisation=body, by=request.user, period=period)
    response = StreamingHttpResponse(
        stream_counts(body.pk, period), content_type="text/csv; charset=utf-8"
    )
    today = timezone.localdate()
    response["Content-Disposition"] = f'attachment; filename="comptes-{period}-{today}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response
