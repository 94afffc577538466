"""What citizens and kiosks open, without signing in."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
