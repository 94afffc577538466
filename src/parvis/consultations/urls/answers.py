"""Addresses of official answers and milestones."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
