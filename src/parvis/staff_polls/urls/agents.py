"""What agents open, by invitation or by a printed code."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
