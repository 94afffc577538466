"""Routes that only programs ask, thousands of times an hour: no session, page or hat.

`settings.MACHINE_ROUTES` names them; a route may take one text between two slashes of its address.
They go through what stands before this middleware (secure transport, log) and then straight to
their view, which must need nothing of what stands after it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import cached_property
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, ResolverMatch, resolve, reverse
from django.utils import translation

# Stands for the text in an address, to learn what surrounds it.
_PLACE = "place"


class MachineMiddleware:
    """Ask the view of a machine's route directly."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    @cached_property
    def _fixed(self) -> dict[str, ResolverMatch]:
        found = {}
        for name in settings.MACHINE_ROUTES:
            # Tests of this room serve its own pages alone.
            with contextlib.suppress(NoReverseMatch):
                path = reverse(name)
                found[path] = resolve(path)
        return found

    @cached_property
    def _with_a_text(self) -> dict[tuple[str, str], ResolverMatch]:
        """What stands before and after the text, slashes included."""
        found = {}
        for name in settings.MACHINE_ROUTES:
            with contextlib.suppress(NoReverseMatch):
                path = reverse(name, args=[_PLACE])
                before, after = path.split(_PLACE)
                found[before, after] = resolve(path)
        return found

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        match, kwargs = self._fixed.get(path), {}
        if match is None:
            before, slash, last = path.rpartition("/")
            start, _slash, text = before.rpartition("/")
            match = self._with_a_text.get((f"{start}/", f"{slash}{last}"))
            if match is None or not text:
                return self.get_response(request)
            kwargs = dict.fromkeys(match.kwargs, text)
        return self._answer(request, match, kwargs)

    def _answer(
        self, request: HttpRequest, match: ResolverMatch, kwargs: dict[str, Any]
    ) -> HttpResponse:
        # A thread keeps the language of the page it made last.
        translation.activate(translation.get_language_from_request(request))
        request.resolver_match = match
        response: HttpResponse = match.func(request, **kwargs)
        # As CommonMiddleware does for pages: without it the answer goes in pieces. "Not modified"
        # has no content, and a length would be that of the one it stands for.
        if response.status_code != HTTPStatus.NOT_MODIFIED:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response
