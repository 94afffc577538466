"""Addresses of paper sheets."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.consultations.views.team import paper

_PAPER = "consultations/<int:pk>/papier/"

urlpatterns: list[URLPattern] = [
    path(_PAPER, paper.phases, name="paper"),
    path(f"{_PAPER}<int:position>/", paper.sheets, name="paper_sheets"),
    path(f"{_PAPER}<int:position>/saisir/", paper.key, name="paper_key"),
    path(f"{_PAPER}<int:position>/compter/", paper.count, name="paper_count"),
    path(f"{_PAPER}<int:position>/imprimer/", paper.printed, name="paper_print"),
    path(f"{_PAPER}feuilles/<int:sheet>/", paper.sheet, name="paper_sheet"),
]
