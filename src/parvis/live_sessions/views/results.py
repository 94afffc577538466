"""What a session gave, for the coordinator: the page and its spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.documents.language import reader_language
from parvis.documents.spreadsheets import Cell, stream_csv
from parvis.live_sessions.display import Reader, Shown, shown_of
from parvis.live_sessions.enums import SessionState
from parvis.live_sessions.models import LiveRound, LiveSession
from parvis.live_sessions.permissions import access_session

confidential = cache_control(private=True, no_store=True)


@require_safe
@hat_required(RoleKind.COORDINATOR)
@confidential
def results(request: HatRequest, pk: int) -> HttpResponse:
    current = access_session(request.hat, pk)
    if current.state != SessionState.ENDED:
        return redirect("live_sessions:session", pk)
    return render(
        request,
        "live_sessions/results.html",
        {
            "session": current,
            "rounds": rounds_of(current),
            "is_simulated": current.organisation.is_simulated,
        },
    )


@require_safe
@hat_required(RoleKind.COORDINATOR)
@confidential
def results_csv(request: HatRequest, pk: int) -> HttpResponse:
    """One line an option, a word or an idea."""
    current = access_session(request.hat, pk)
    if current.state != SessionState.ENDED:
        return redirect("live_sessions:session", pk)
    headers = [_("Carte"), _("Ce que dit la ligne"), _("En mots"), _("Intervalle à 95 %")]
    language = reader_language()
    # Written whole before the answer starts: the tenancy scope ends with the request.
    content = "".join(stream_csv(headers, _rows(current), language=language))
    response = HttpResponse(content.encode(), content_type="text/csv; charset=utf-8")
    name = slugify(current.title) or "seance"
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def rounds_of(
    current: LiveSession, *, reader: Reader = Reader.DESK
) -> list[tuple[LiveRound, Shown]]:
    """The rounds in their order, each with what it shows; nothing where too few answered."""
    found = LiveRound.objects.filter(session=current).order_by("number")
    return [(one, shown_of(current, one, reader=reader)) for one in found]


def _rows(current: LiveSession) -> Iterator[list[Cell]]:
    for _round, shown in rounds_of(current, reader=Reader.FILE):
        question = shown.card.card.text
        for row in shown.rows:
            yield [question, row.label, row.share, row.interval]
        for text in (*shown.words, *shown.ideas):
            if not text.is_hidden:
                yield [question, text.text, str(text.times), ""]
