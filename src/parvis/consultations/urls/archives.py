"""Addresses of open data."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.consultations.views.citizen import archives

urlpatterns: list[URLPattern] = [
    path("participer/<str:code>/donnees/", archives.open_data, name="open_data"),
    path("participer/<str:code>/donnees/archive.zip", archives.archive, name="archive"),
]
