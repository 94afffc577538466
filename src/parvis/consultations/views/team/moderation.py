"""Moderation: the queue, one contribution with its context, several published at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.requests import HatRequest
from parvis.consultations.enums import ContributionKind, ContributionState, ModerationReason
from parvis.consultations.forms.moderation import AppealDecisionForm, RefusalForm
from parvis.consultations.models import Consultation, Contribution
from parvis.consultations.moderation_queue import (
    ModerationListing,
    filters_of,
    pill_of,
    report_reasons,
    rows_of,
    signed,
    to_do,
    waiting_count,
)
from parvis.consultations.operations import moderating
from parvis.consultations.permissions.members import access_moderated, may_moderate
from parvis.consultations.permissions.team import access_consultation
from parvis.consultations.traces import trace_of
from parvis.consultations.views.team.page import TEAM, team_context
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.forms import show_refusal
from parvis.foundation.permissions import require
from parvis.texts.masking import spans


def moderated(request: HatRequest, pk: int) -> Consultation:
    """The consultation whose contributions the hat may decide of; 404, or 403 with the reason."""
    consultation = access_consultation(request.hat, pk)
    require(may_moderate(request.hat, consultation))
    return consultation


def contribution_of(request: HatRequest, pk: int, contribution: int) -> Contribution:
    """A contribution the hat may decide of."""
    found = access_moderated(request.hat, pk, contribution)
    require(may_moderate(request.hat, found.phase.consultation))
    return found


@require_safe
@hat_required(*TEAM)
def queue(request: HatRequest, pk: int) -> HttpResponseBase:
    """What waits for a moderator, the oldest first."""
    return _list(request, moderated(request, pk), everything=False)


@require_safe
@hat_required(*TEAM)
def everything(request: HatRequest, pk: int) -> HttpResponseBase:
    """All that was handed in, whatever became of it."""
    return _list(request, moderated(request, pk), everything=True)


def _list(request: HatRequest, consultation: Consultation, *, everything: bool) -> HttpResponseBase:
    rows = rows_of(request.hat, consultation)
    listing = ModerationListing(
        request, rows if everything else rows.filter(to_do()), filters=filters_of(consultation)
    )
    return listing.respond(
        "consultations/moderation/queue.html",
        {
            **team_context(consultation, "moderation"),
            "everything": everything,
            "waiting": waiting_count(request.hat, consultation),
            "bulk_limit": moderating.BULK_LIMIT,
        },
    )


@require_safe
@hat_required(*TEAM)
def one(request: HatRequest, pk: int, contribution: int) -> HttpResponse:
    """A contribution, what surrounds it, what was decided of it, and the decision to take."""
    return page(request, contribution_of(request, pk, contribution))


@require_POST
@hat_required(*TEAM)
def decide(request: HatRequest, pk: int, contribution: int) -> HttpResponse:
    """Publish, refuse by the charter, or decide an appeal."""
    found = contribution_of(request, pk, contribution)
    state = request.POST.get("decision", "")
    if state not in moderating.DECIDED:
        raise Refusal(_("Choisissez de publier ou de refuser."))
    refuses = state == ContributionState.REFUSED
    asks = found.state == ContributionState.APPEALED or not refuses
    form = AppealDecisionForm(request.POST) if asks else RefusalForm(request.POST)
    if not form.is_valid():
        return page(request, found, form=form, status=422)
    try:
        moderating.decide(
            contribution=found,
            state=state,
            seen=request.POST.get("seen", ""),
            by=request.user,
            reason=form.cleaned_data.get("reason", ""),
            words=form.cleaned_data["words"],
        )
    except Conflict as conflict:
        messages.warning(request, conflict.message)
        return redirect("consultations:moderated", pk, found.pk)
    except Refusal as refusal:
        show_refusal(form, refusal)
        return page(request, found, form=form, status=422)
    if refuses:
        messages.success(
            request, _("Contribution refusée : son auteur en lit le motif, et peut contester.")
        )
    else:
        messages.success(request, _("Contribution publiée."))
    return redirect("consultations:moderated", pk, found.pk)


@require_POST
@hat_required(*TEAM)
def bulk(request: HatRequest, pk: int) -> HttpResponse:
    """Publish those ticked: first what it would do, then, confirmed, doing it."""
    consultation = moderated(request, pk)
    seen = _ticked(request.POST.getlist("contribution"))
    if not seen:
        messages.warning(request, _("Cochez au moins une contribution."))
        return redirect("consultations:moderation", pk)
    if len(seen) > moderating.BULK_LIMIT:
        raise Refusal(
            _("Au plus %(count)s contributions à la fois : publiez le reste ensuite.")
            % {"count": moderating.BULK_LIMIT}
        )
    rows = list(rows_of(request.hat, consultation).filter(pk__in=seen).order_by("created_at", "pk"))
    if request.POST.get("confirm"):
        outcome = moderating.publish_many(
            contributions={
                row: seen[row.pk] for row in rows if moderating.may_be_published(row, seen[row.pk])
            },
            by=request.user,
        )
        messages.success(
            request,
            ngettext(
                "%(count)s contribution publiée.",
                "%(count)s contributions publiées.",
                outcome.decided,
            )
            % {"count": outcome.decided},
        )
        return redirect("consultations:moderation", pk)
    chosen = [row for row in rows if moderating.may_be_published(row, seen[row.pk])]
    return render(
        request,
        "consultations/moderation/bulk.html",
        {
            **team_context(consultation, "moderation"),
            "chosen": chosen,
            "left": len(seen) - len(chosen),
            "seen": {row.pk: seen[row.pk] for row in chosen},
        },
    )


def page(
    request: HatRequest, found: Contribution, *, form: Any = None, status: int = 200
) -> HttpResponse:
    """The page of one contribution; `form` as it was sent, where it was refused."""
    consultation = found.phase.consultation
    is_appealed = found.state == ContributionState.APPEALED
    if form is None:
        form = AppealDecisionForm() if is_appealed else RefusalForm()
    following = (
        rows_of(request.hat, consultation)
        .filter(to_do())
        .exclude(pk=found.pk)
        .order_by("created_at", "pk")
        .first()
    )
    return render(
        request,
        "consultations/moderation/one.html",
        {
            **team_context(consultation, "moderation"),
            "contribution": found,
            "pill": pill_of(found),
            "author": signed(found),
            "pieces": highlighted(found.text),
            "title_pieces": highlighted(found.title),
            "decisions": [
                (row, ModerationReason(row.reason).label if row.reason else "")
                for row in found.decisions.select_related("by")
            ],
            "reports": [
                (ModerationReason(reason).label, number) for reason, number in report_reasons(found)
            ],
            "seen": moderating.version_of(found),
            "form": form,
            "is_appealed": is_appealed,
            "is_own_refusal": is_appealed and moderating.is_own_refusal(found, request.user.pk),
            "can_publish": found.state
            in (
                ContributionState.WAITING,
                ContributionState.REFUSED,
                ContributionState.PUBLISHED,
            ),
            "can_refuse": found.state in (ContributionState.WAITING, ContributionState.PUBLISHED),
            "can_merge": found.kind == ContributionKind.IDEA
            and found.state == ContributionState.PUBLISHED,
            "trace": trace_of(found),
            "following": following,
        },
        status=status,
    )


def highlighted(text: str) -> list[tuple[str, str]]:
    """The text in pieces: (piece, what it may be), the second empty for ordinary words."""
    pieces: list[tuple[str, str]] = []
    place = 0
    for span in spans(text):
        if span.start > place:
            pieces.append((text[place : span.start], ""))
        pieces.append((text[span.start : span.end], span.label.strip("[]")))
        place = span.end
    if place < len(text):
        pieces.append((text[place:], ""))
    return pieces


def _ticked(values: list[str]) -> dict[int, str]:
    """Keys and versions in what was ticked, as "12:waiting.1.0"; what is none of ours left out."""
    found = {}
    for value in values:
        key, _colon, version = value.partition(":")
        if key.isascii() and key.isdigit() and len(key) < 19:
            found[int(key)] = version
    return found
