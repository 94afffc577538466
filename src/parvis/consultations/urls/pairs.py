"""Addresses of comparisons by pairs."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.consultations.views.citizen import pairs

_PHASE = "participer/<str:code>/<int:position>/"

urlpatterns: list[URLPattern] = [
    path(f"{_PHASE}preference/", pairs.prefer, name="pairs_prefer"),
    path(f"{_PHASE}classement/", pairs.ranking, name="pairs_ranking"),
    path(f"{_PHASE}mes-comparaisons/", pairs.own_comparisons, name="pairs_own"),
    path(f"{_PHASE}sujet/", pairs.propose_item, name="pairs_propose"),
]
