"""The operator's national view."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.feedback.views import national

urlpatterns: list[URLPattern] = [
    path("ecoute/nationale/", national.national, name="national"),
]
