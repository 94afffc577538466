"""Addresses of preparing and running a consultation."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
