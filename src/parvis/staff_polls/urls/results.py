"""Where a coordinator reads what a poll gave."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.staff_polls.views.coordinator import results

urlpatterns: list[URLPattern] = [
    path("sondages/<int:pk>/resultats/", results.results, name="results"),
    path(
        "sondages/<int:pk>/resultats/phrases/<uuid:sentence>/",
        results.hide_sentence,
        name="hide_sentence",
    ),
]
