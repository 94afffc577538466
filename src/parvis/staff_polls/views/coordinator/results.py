"""What a poll gave, for the coordinator: the page, its files, and the sentences it may hide."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.staff_polls.models import PollComment
from parvis.staff_polls.operations.sentences import set_hidden
from parvis.staff_polls.permissions.coordinator import access_poll
from parvis.staff_polls.reading import participation
from parvis.staff_polls.results import charts, findings
from parvis.staff_polls.results.cards import card_views
from parvis.staff_polls.results.page import PollResults, read_results

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
        "is_simulated": poll.organisation.is_simulated,
    }
    if found is None:
        context["participation"] = participation(poll)
    else:
        context |= _read(found)
    return render(request, "staff_polls/results.html", context)


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


def _read(found: PollResults) -> dict[str, Any]:
    return {
        "certain": findings.certain(found),
        "to_do": findings.to_do(found),
        "score_chart": charts.score_chart(found),
        "guess_chart": charts.guess_chart(found.guesses),
        "dimension_charts": charts.dimension_charts(found),
        "cards": card_views(found),
    }
