"""Addresses of published results, and of what publishes them."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.consultations.views.citizen import results
from parvis.consultations.views.team import results as team_results

urlpatterns: list[URLPattern] = [
    path("consultations/<int:pk>/resultat/", team_results.conclusion, name="conclusion"),
    path("participer/<str:code>/resultat/", results.result, name="result"),
    path("participer/<str:code>/resultat/resultat.pdf", results.result_file, name="result_file"),
]
