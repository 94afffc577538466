"""Where a coordinator reads what a poll gave."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.staff_polls.views.coordinator import results

urlpatterns: list[URLPattern] = [
    path("sondages/<int:pk>/resultats/", results.results, name="results"),
    path("sondages/<int:pk>/resultats.pdf", results.results_report, name="results_report"),
    path("sondages/<int:pk>/resultats.csv", results.results_csv, name="results_csv"),
    path("sondages/<int:pk>/resultats.xlsx", results.results_xlsx, name="results_xlsx"),
    path("sondages/<int:pk>/images/<slug:card>.svg", results.result_image, name="result_image"),
    path(
        "sondages/<int:pk>/resultats/phrases/<uuid:sentence>/",
        results.hide_sentence,
        name="hide_sentence",
    ),
]
