"""Routes that only machines ask, thousands of times an hour: no session, page or hat.

`settings.MACHINE_ROUTES` names them. They go through what stands before this middleware (secure
transport, log) and then straight to their view, which must need nothing of what stands after it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, ResolverMatch, resolve, reverse
from django.utils import translation


class MachineMiddleware:
    """Ask the view of a machine's route directly."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    @cached_property
    def _matches(self) -> dict[str, ResolverMatch]:
        found = {}
        for name in settings.MACHINE_ROUTES:
            # Tests of this room serve its own pages alone.
            with contextlib.suppress(NoReverseMatch):
                path = reverse(name)
                found[path] = resolve(path)
        return found

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match = self._matches.get(request.path_info)
        if match is None:
            return self.get_response(request)
        # A thread keeps the language of the page it made last.
        translation.activate(translation.get_language_from_request(request))
        request.resolver_match = match
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        # As CommonMiddleware does for pages: without it the answer goes in pieces.
        response.headers.setdefault("Content-Length", str(len(response.content)))
        return response
