"""What the pages of agents share: the poll of an address, how a page and a refusal are answered.

No request is handed to a template: a page here knows its poll, and nothing of who asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt

from parvis.foundation.access import public
from parvis.foundation.errors import Refusal
from parvis.foundation.working_time import time_zone_of
from parvis.staff_polls.codes import read_poll_code
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.models import StaffPoll
from parvis.staff_polls.refusals import PollRefusal

View = Callable[..., HttpResponse]


def for_agents(view: View) -> View:
    """Open a view to whoever has the address, and let its pages tell nobody where they were.

    No CSRF token: no cookie gives any right here, an invitation or a token does.
    """

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return public(csrf_exempt(answered))


def find_poll(code: str) -> StaffPoll | None:
    """The launched poll of an address, however its code is written."""
    found: StaffPoll | None = (
        StaffPoll.objects.select_related("organisation")
        .filter(code=read_poll_code(code))
        .exclude(state=PollState.DRAFT)
        .first()
    )
    return found


def page(
    template: str, poll: StaffPoll | None, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page of agents, its hours told where their body stands."""
    zone = time_zone_of(poll.organisation.departement_code if poll else "")
    context = {"poll": poll, "language": get_language(), **context}
    with timezone.override(ZoneInfo(zone)):
        content = render_to_string(template, context)
    return HttpResponse(content, status=status)


def unknown_poll() -> HttpResponse:
    return page("staff_polls/agents/unknown.html", None, {}, status=404)


def refused(refusal: Refusal) -> HttpResponse:
    """A refusal for the player: `error` is a word for the program, `message` a sentence to show."""
    code = refusal.code if isinstance(refusal, PollRefusal) else "unreadable"
    content = {"error": code, "message": refusal.message}
    if refusal.field:
        content["field"] = refusal.field
    return JsonResponse(content, status=refusal.status)
