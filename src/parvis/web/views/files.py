"""The two files browsers and robots ask for at the root of a site."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from parvis.foundation.access import public

# Robots may read the public pages; the workspaces answer them with the sign-in page anyway.
ROBOTS = """User-agent: *
Disallow: /compte/
Disallow: /terrain/
Disallow: /resultats/
"""


@public
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")


@public
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    return HttpResponsePermanentRedirect(static("foundation/favicon.svg"))
