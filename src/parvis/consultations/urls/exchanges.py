"""Addresses of imports."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.consultations.views.team import imports

urlpatterns: list[URLPattern] = [
    path("consultations/<int:pk>/importer/", imports.imports, name="imports"),
    path("consultations/<int:pk>/importer/<int:job>/", imports.import_job, name="import"),
    path(
        "consultations/<int:pk>/importer/<int:job>/lancer/",
        imports.import_start,
        name="import_start",
    ),
    path(
        "consultations/<int:pk>/importer/<int:job>/oublier/",
        imports.import_discard,
        name="import_discard",
    ),
]
