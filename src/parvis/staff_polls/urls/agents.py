"""What agents open, by invitation or by a printed code."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path


def landing(request: HttpRequest, code: str) -> HttpResponse:
    return HttpResponse(code)


urlpatterns: list[URLPattern] = [path("sondage/<str:code>/", landing, name="landing")]
