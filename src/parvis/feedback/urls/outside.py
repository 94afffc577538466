"""What leaves the house: exports, open data, webhooks, the operator's national view."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
