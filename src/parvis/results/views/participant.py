"""A participant's results: what is certain, the scores beside the means, the contacts behind them.

Every page starts from `access_sheet`: the sheet of the body the hat acts for, in a publication
still current, or 404.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.documents.charts import Chart, dot_strip, interval_bar
from parvis.documents.language import reader_language
from parvis.documents.participant_report import ScoreSection
from parvis.documents.spreadsheets import stream_csv
from parvis.foundation.working_time import time_zone_of
from parvis.questionnaires.enums import Channel
from parvis.results import exports, report, wording
from parvis.results.contact_lines import contact_rows, criterion_lines, reply_times, request_title
from parvis.results.models import ScoreSheet
from parvis.results.permissions import access_contact_score, access_sheet
from parvis.results.reading import Reading

# Results are read in confidence, often on a shared computer: no page of them stays in a cache.
confidential = cache_control(private=True, no_store=True)


@require_safe
@hat_required(RoleKind.COORDINATOR)
@confidential
def mine(request: HatRequest) -> HttpResponse:
    """The publications the hat's body may read, latest first."""
    sheets = list(ScoreSheet.objects.visible_to(request.hat).for_its_pages().light().latest_first())
    return render(
        request,
        "results/mine.html",
        {
            "sheets": [(sheet, wording.scope_name(sheet.run)) for sheet in sheets],
            "is_simulated": any(sheet.run.edition.is_simulated for sheet in sheets),
        },
    )


@require_safe
@hat_required(RoleKind.COORDINATOR)
@confidential
def sheet(request: HatRequest, pk: int) -> HttpResponse:
    """Overview: the sentence, the overall score, the chart by channel, the contacts."""
    reading = _reading(request, pk)
    rows = contact_rows(reading.row, reading.grid)
    return render(
        request,
        "results/sheet.html",
        {
            **_context(reading, "sheet"),
            "contacts": rows,
            "reply_times": reply_times(rows, reading.grid),
            "channel_chart": _chart("canaux", reading.channel_section),
            "spread_chart": _spread_chart(reading),
        },
    )


@require_safe
@hat_required(RoleKind.COORDINATOR)
@confidential
def journey(request: HatRequest, pk: int) -> HttpResponse:
    """Scores by stage of the journey and by determinant."""
    reading = _reading(request, pk)
    return render(
        request,
        "results/journey.html",
        {
            **_context(reading, "journey"),
            "stage_chart": _chart("etapes", reading.stage_section),
            "determinant_chart": _chart("determinants", reading.determinant_section),
        },
    )


@require_safe
@hat_required(RoleKind.COORDINATOR)
@confidential
def criteria(request: HatRequest, pk: int) -> HttpResponse:
    """Scores by criterion of one channel, `?canal=`, the first one by default."""
    reading = _reading(request, pk)
    wanted = request.GET.get("canal", "")
    channels = sorted(
        {item.criterion.channel for item in reading.criteria}, key=Channel.values.index
    )
    if wanted not in channels:
        wanted = channels[0] if channels else ""
    return render(
        request,
        "results/criteria.html",
        {
            **_context(reading, "criteria"),
            "criteria": [item for item in reading.criteria if item.criterion.channel == wanted],
            "channels": [(code, Channel(code).label) for code in channels],
            "wanted": wanted,
        },
    )


@require_safe
@hat_required(RoleKind.COORDINATOR)
@confidential
def method(request: HatRequest, pk: int) -> HttpResponse:
    """How the figures were made, what they rest on, and the fingerprints of the run."""
    reading = _reading(request, pk)
    return render(
        request,
        "results/method.html",
        {
            **_context(reading, "method"),
            "weights": report.weights_in_words(reading),
            "limits": report.limits_in_words(reading),
        },
    )


@require_safe
@hat_required(RoleKind.COORDINATOR)
@confidential
def contact(request: HatRequest, pk: int, contact_pk: int) -> HttpResponse:
    """One contact, criterion by criterion; never who tested nor who reviewed."""
    reading = _reading(request, pk)
    scored = access_contact_score(reading.row, contact_pk)
    row = next(
        item for item in contact_rows(reading.row, reading.grid) if item.pk == scored.contact_id
    )
    return render(
        request,
        "results/contact.html",
        {
            **_context(reading, "sheet"),
            "row": row,
            "contact": scored.contact,
            "request_title": request_title(scored.contact.scenario),
            "stages": criterion_lines(scored.contact, reading.grid),
        },
    )


@require_safe
@hat_required(RoleKind.COORDINATOR)
@confidential
def pdf(request: HatRequest, pk: int) -> HttpResponse:
    """The four-page report, made on demand; the same run gives the same bytes."""
    reading = _reading(request, pk)
    response = HttpResponse(
        report.render(reading, reading.run.publication), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'attachment; filename="{report.file_name(reading)}"'
    return response


@require_safe
@hat_required(RoleKind.COORDINATOR)
@confidential
def export(request: HatRequest, pk: int) -> HttpResponseBase:
    """Every score and contact as a spreadsheet."""
    reading = _reading(request, pk)
    language = reader_language()
    # Written whole before the answer starts: the tenancy scope ends with the request.
    text = "".join(
        stream_csv(
            exports.headers(),
            exports.rows(reading),
            language="en" if language == "en" else "fr",
        )
    )
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    name = report.file_name(reading).removesuffix(".pdf") + ".csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _reading(request: HatRequest, pk: int) -> Reading:
    row = access_sheet(request.hat, pk)
    return Reading(row, row.run.publication.comparisons)


def _chart(identifier: str, section: ScoreSection) -> Chart:
    return interval_bar(
        identifier=identifier,
        title=section.finding,
        description=section.description,
        rows=section.rows,
        words=section.words,
    )


def _spread_chart(reading: Reading) -> Chart | None:
    """The overall scores of the participants as dots, where the publication let them be drawn."""
    spread = report.spread_of(reading)
    if spread is None:
        return None
    return dot_strip(
        identifier="participants",
        title=spread.finding,
        description=spread.description,
        others_percent=spread.others_percent,
        own_percent=spread.own_percent,
        words=spread.words,
    )


def _context(reading: Reading, tab: str) -> dict[str, Any]:
    publication = reading.run.publication
    return {
        "reading": reading,
        "publication": publication,
        "edition": reading.edition,
        "organisation": reading.organisation,
        "scope": wording.scope_name(reading.run),
        "zone": time_zone_of(reading.organisation.departement_code),
        "is_simulated": reading.edition.is_simulated,
        "tabs": [
            ("results:sheet", _("Vue d’ensemble"), tab == "sheet"),
            ("results:journey", _("Parcours et déterminants"), tab == "journey"),
            ("results:criteria", _("Critères"), tab == "criteria"),
            ("results:method", _("Méthode et traçabilité"), tab == "method"),
        ],
    }
