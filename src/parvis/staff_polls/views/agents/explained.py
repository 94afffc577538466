"""How anonymity is made, and what the answers of all gave."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from django_scopes import scopes_disabled

from parvis.staff_polls.gauge import gauge_of
from parvis.staff_polls.player_page import fingerprints
from parvis.staff_polls.results.reveal import reveal as read
from parvis.staff_polls.views.agents.door import find_poll, for_agents, page, unknown_poll


@for_agents
@require_safe
def anonymity(request: HttpRequest, code: str) -> HttpResponse:
    with scopes_disabled():
        poll = find_poll(code)
        if poll is None:
            return unknown_poll()
        context = {"operator_email": settings.OPERATOR_EMAIL, "keys": fingerprints(poll)}
        return page("staff_polls/agents/anonymity.html", poll, context)


@for_agents
@require_safe
def reveal(request: HttpRequest, code: str) -> HttpResponse:
    with scopes_disabled():
        poll = find_poll(code)
        if poll is None:
            return unknown_poll()
        context = {"gauge": gauge_of(poll), "reveal": read(poll)}
        return page("staff_polls/agents/reveal.html", poll, context)
