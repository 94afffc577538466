"""Addresses where people are verified."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.consultations.views.citizen import entering

urlpatterns: list[URLPattern] = [
    path("participer/<str:code>/entrer/", entering.enter, name="enter"),
]
