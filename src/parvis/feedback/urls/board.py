"""Live boards, wall screens and alerts."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
