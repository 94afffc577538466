"""Addresses of moderation, merges and splits."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
