"""Open data: the coordinator's decision, and what everybody may then read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_scopes import scopes_disabled

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest, OpenRequest
from parvis.feedback.enums import Exclusion
from parvis.feedback.models import (
    MINIMUM_ANSWERS_WITH_FEW_AGENTS,
    MonthCount,
    OpenDataMonth,
    OpenDataset,
)
from parvis.feedback.open_data.dataset import THRESHOLD, csv_text, lines_of
from parvis.feedback.open_data.description import LICENCE, data_package, table_schema
from parvis.feedback.operations.exports import publish_open_data, withdraw_open_data
from parvis.feedback.permissions.exchanges import access_public_dataset, body_of, may_publish
from parvis.foundation.access import public
from parvis.foundation.addresses import absolute
from parvis.foundation.errors import Refusal

PREVIEWED_LINES = 12


@hat_required(RoleKind.COORDINATOR)
@require_safe
def open_data(request: HatRequest) -> HttpResponse:
    """What would be public, or is, with an excerpt of the last month."""
    body = body_of(request.hat)
    dataset = OpenDataset.objects.filter(organisation=body, published_at__isnull=False).first()
    months = OpenDataMonth.objects.filter(organisation=body)
    counted = MonthCount.objects.filter(
        touchpoint__organisation=body,
        exclusion=Exclusion.NONE,
        month__lt=timezone.localdate().replace(day=1),
    ).order_by("-month")
    last = counted.values_list("month", flat=True).first()
    lines = lines_of(body, last) if last else []
    hidden = sum(1 for line in lines if line[-1])
    return render(
        request,
        "feedback/exchanges/open_data.html",
        {
            "body": body,
            "is_simulated": body.is_simulated,
            "dataset": dataset,
            "decision": may_publish(body, timezone.localdate()),
            "months": months.count(),
            "last_month": last,
            "lines": lines[:PREVIEWED_LINES],
            "line_count": len(lines),
            "hidden": hidden,
            "threshold": THRESHOLD,
            "few_minimum": MINIMUM_ANSWERS_WITH_FEW_AGENTS,
            "public_url": absolute(reverse("feedback:public_data", args=[body.pk]), request),
        },
    )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HatRequest) -> HttpResponse:
    """The consequences, then the decision."""
    body = body_of(request.hat)
    if request.method == "POST":
        try:
            publish_open_data(organisation=body, by=request.user)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("Vos comptes mensuels sont publics."))
        return redirect("feedback:open_data")
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Publier vos comptes mensuels"),
            "summary": _("Tout le monde pourra les lire et les réutiliser (Licence Ouverte 2.0)."),
            "consequences": [
                _("Chaque mois s’ajoute de lui-même, dix jours après sa fin."),
                _("Un mois publié ne change plus, même si des réponses arrivent en retard."),
                _("Aucun commentaire, aucune réponse une à une : seulement des comptes."),
                _("Vous pourrez retirer la page ; ce qui a été copié le restera."),
            ],
            "confirm_label": _("Publier"),
            "back_url": reverse("feedback:open_data"),
            "is_simulated": body.is_simulated,
        },
    )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HatRequest) -> HttpResponse:
    """The consequences, then the decision."""
    body = body_of(request.hat)
    if request.method == "POST":
        try:
            withdraw_open_data(organisation=body, by=request.user)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("Vos comptes ne sont plus publics."))
        return redirect("feedback:open_data")
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Retirer vos comptes du public"),
            "summary": _("La page et ses fichiers ne répondront plus."),
            "consequences": [
                _("Les copies déjà faites restent permises par la licence."),
                _("Si vous publiez de nouveau, l’adresse et les mois seront les mêmes."),
            ],
            "confirm_label": _("Retirer"),
            "danger": True,
            "back_url": reverse("feedback:open_data"),
            "is_simulated": body.is_simulated,
        },
    )


# --- For everybody --------------------------------------------------------------------------------


@public
@require_safe
def public_data(request: OpenRequest, organisation: int) -> HttpResponse:
    """What the file holds, in words, and its addresses."""
    with scopes_disabled():
        dataset = access_public_dataset(organisation)
        months = _months(organisation)
    body = dataset.organisation
    schema = table_schema()
    return render(
        request,
        "feedback/exchanges/public_data.html",
        {
            "body": body,
            "is_simulated": body.is_simulated,
            "months": months,
            "first_month": months[0][0] if months else None,
            "last_month": months[-1][0] if months else None,
            "updated_at": months[-1][1] if months else dataset.published_at,
            "fields": schema["fields"],
            "licence": LICENCE,
            "threshold": THRESHOLD,
            "few_minimum": MINIMUM_ANSWERS_WITH_FEW_AGENTS,
        },
    )


@public
@require_safe
def public_csv(request: HttpRequest, organisation: int) -> HttpResponseBase:
    """The file itself, at an address that does not change."""
    with scopes_disabled():
        body = access_public_dataset(organisation).organisation
    lines: Iterator[str] = csv_text(body)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="ecoute-{organisation}-comptes.csv"'
    return _open_to_all(response)


@public
@require_safe
def public_package(request: HttpRequest, organisation: int) -> HttpResponseBase:
    """The description of the file for programs (Data Package)."""
    with scopes_disabled():
        dataset = access_public_dataset(organisation)
        months = _months(organisation)
    assert dataset.published_at is not None
    document = data_package(
        dataset.organisation,
        months=[month for month, _made_at in months],
        published_at=dataset.published_at,
        updated_at=months[-1][1] if months else dataset.published_at,
        csv_url=absolute(reverse("feedback:public_csv", args=[organisation]), request),
        page_url=absolute(reverse("feedback:public_data", args=[organisation]), request),
    )
    return _open_to_all(JsonResponse(document, json_dumps_params={"ensure_ascii": False}))


@public
@require_safe
def public_schema(request: HttpRequest, organisation: int) -> HttpResponseBase:
    """The columns alone (Table Schema)."""
    with scopes_disabled():
        access_public_dataset(organisation)
    return _open_to_all(JsonResponse(table_schema(), json_dumps_params={"ensure_ascii": False}))


def _months(organisation: int) -> list[tuple[date, datetime]]:
    return list(
        OpenDataMonth.objects.filter(organisation=organisation)
        .order_by("month")
        .values_list("month", "made_at")
    )


def _open_to_all(response: HttpResponseBase) -> HttpResponseBase:
    # Portals read these files from pages of theirs.
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "public, max-age=300"
    return response
