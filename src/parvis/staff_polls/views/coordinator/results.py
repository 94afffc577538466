"""What a poll gave, for the coordinator: the page, its files, and the sentences it may hide."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.documents.language import reader_language
from parvis.documents.spreadsheets import stream_csv
from parvis.documents.xlsx import MEDIA_TYPE, XlsxWriter, cells_of, new_state, row_of
from parvis.staff_polls.models import PollComment
from parvis.staff_polls.operations.sentences import set_hidden
from parvis.staff_polls.permissions.coordinator import access_poll
from parvis.staff_polls.reading import participation
from parvis.staff_polls.results import charts, exports, findings, images, report
from parvis.staff_polls.results.cards import card_views
from parvis.staff_polls.results.page import PollResults, read_results
from parvis.staff_polls.views.coordinator.polls import uncounted

# Read in confidence, often on a shared computer: no page of results stays in a cache.
confidential = cache_control(private=True, no_store=True)


@require_safe
@hat_required(RoleKind.COORDINATOR)
@confidential
def results(request: HatRequest, pk: int) -> HttpResponse:
    poll = access_poll(request.hat, pk)
    found = read_results(poll)
    context: dict[str, Any] = {
        "poll": poll,
        "tab": "results",
        "results": found,
        "uncounted": uncounted(poll),
        "is_simulated": poll.organisation.is_simulated,
    }
    if found is None:
        context["participation"] = participation(poll)
    else:
        context |= page_context(found)
    return render(request, "staff_polls/results.html", context)


@require_safe
@hat_required(RoleKind.COORDINATOR)
@confidential
def results_report(request: HatRequest, pk: int) -> HttpResponse:
    """The page as a PDF."""
    found = _shown(request, pk)
    return _file(report.render(found), "application/pdf", f"{report.file_name(found)}.pdf")


@require_safe
@hat_required(RoleKind.COORDINATOR)
@confidential
def results_csv(request: HatRequest, pk: int) -> HttpResponse:
    found = _shown(request, pk)
    language = reader_language()
    # Written whole before the answer starts: the tenancy scope ends with the request.
    content = "".join(stream_csv(exports.headers(), exports.rows(found), language=language))
    return _file(content.encode(), "text/csv; charset=utf-8", f"{report.file_name(found)}.csv")


@require_safe
@hat_required(RoleKind.COORDINATOR)
@confidential
def results_xlsx(request: HatRequest, pk: int) -> HttpResponse:
    found = _shown(request, pk)
    content = BytesIO()
    writer = XlsxWriter(content, new_state(), headers=exports.headers(), sheet_name=_("Résultats"))
    writer.write([row_of(cells_of(row)) for row in exports.rows(found)])
    writer.finish()
    return _file(content.getvalue(), MEDIA_TYPE, f"{report.file_name(found)}.xlsx")


@require_safe
@hat_required(RoleKind.COORDINATOR)
@confidential
def result_image(request: HatRequest, pk: int, card: str) -> HttpResponse:
    """One card as an image for a slide."""
    found = _shown(request, pk)
    view = next((view for view in card_views(found) if view.figures.card.key == card), None)
    if view is None:
        raise Http404
    return _file(images.slide(view, found).encode(), "image/svg+xml", f"{card}.svg")


@require_POST
@hat_required(RoleKind.COORDINATOR)
def hide_sentence(request: HatRequest, pk: int, sentence: UUID) -> HttpResponse:
    """Take a sentence off what agents see, or give it back (`show`)."""
    poll = access_poll(request.hat, pk)
    comment = PollComment.objects.visible_to(request.hat).filter(poll=poll, pk=sentence).first()
    if comment is None:
        raise Http404
    hidden = request.POST.get("show") != "1"
    set_hidden(comment=comment, hidden=hidden, by=request.user)
    return redirect(reverse("staff_polls:results", args=[poll.pk]) + f"#phrase-{comment.pk}")


def page_context(found: PollResults) -> dict[str, Any]:
    """What the page shows of the results, ready to be laid out."""
    return {
        "certain": findings.certain(found),
        "to_do": findings.to_do(found),
        "score_chart": charts.score_chart(found),
        "guess_chart": charts.guess_chart(found.guesses),
        "dimension_charts": charts.dimension_charts(found),
        "cards": card_views(found),
    }


def _shown(request: HatRequest, pk: int) -> PollResults:
    """What is shown of the poll, or 404 while nothing is."""
    found = read_results(access_poll(request.hat, pk))
    if found is None:
        raise Http404
    return found


def _file(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
