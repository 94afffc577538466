"""What an invitation, a QR code or a printed sheet opens."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods
from django_scopes import scopes_disabled

from parvis.staff_polls.codes import read_ballot_code
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.models import StaffPoll
from parvis.staff_polls.player_page import minutes_needed, player_data
from parvis.staff_polls.poll_document import read_document
from parvis.staff_polls.printed_form import PrintedForm
from parvis.staff_polls.reading import Ending, ending_of
from parvis.staff_polls.views.agents.door import find_poll, for_agents, page, unknown_poll
from parvis.staff_polls.views.agents.printed import cards_page, too_long, wrong_code


@for_agents
@gzip_page  # the same for everybody: compressing it tells nothing of anyone
@require_http_methods(["GET", "HEAD", "POST"])
def landing(request: HttpRequest, code: str) -> HttpResponse:
    """The welcome, which scripts turn into the player; by POST, a printed code opens the cards.

    A code that reads like one opens them, whether it was ever printed or not: only the ballot is
    checked, so that nobody tries codes here.
    """
    with scopes_disabled():
        poll = find_poll(code)
        if poll is None:
            return unknown_poll()
        if poll.state == PollState.PREPARING:
            return page("staff_polls/agents/preparing.html", poll, {})
        if poll.state == PollState.CLOSED:
            return page(
                "staff_polls/agents/closed.html",
                poll,
                {"player": player_data(poll), "never_opened": ending_of(poll) is Ending.UNOPENED},
                status=410,
            )
        if request.method != "POST":
            return _welcome(poll)
        try:
            typed = request.POST.get("code", "")
        except RequestDataTooBig:
            return too_long(poll)
        if not read_ballot_code(typed):
            return _welcome(poll, typed=typed[:40], error=wrong_code(), status=422)
        form = PrintedForm(read_document(poll.document), QueryDict())
        return cards_page(poll, form, code=typed)


def _welcome(
    poll: StaffPoll, *, typed: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    document = read_document(poll.document)
    return page(
        "staff_polls/agents/welcome.html",
        poll,
        {
            "cards": len(document.cards),
            "minutes": minutes_needed(card.kind for card in document.cards),
            "typed": typed,
            "error": error,
            "player": player_data(poll),
        },
        status=status,
    )
