"""Pages shown when something is refused, absent or broken."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from parvis.foundation.refusals import unavailable


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    # A request refused for its host or its size has not met the middleware: no session, no hat.
    return HttpResponse(render_to_string("web/errors/400.html"), status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "web/errors/403.html", {"reason": str(exception)}, status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "web/errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    # Neither the request nor its context: whatever broke may be the database or the session.
    passing = unavailable(sys.exc_info()[1])
    return passing or HttpResponse(render_to_string("web/errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "web/errors/csrf.html", status=403)
