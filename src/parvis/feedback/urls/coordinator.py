"""Where a coordinator prepares: touchpoints, questionnaires, posters, kiosks."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
