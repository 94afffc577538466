"""Addresses of preparing and running a consultation."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.consultations.views.team import consultations, phases

urlpatterns: list[URLPattern] = [
    path("consultations/", consultations.consultations, name="consultations"),
    path("consultations/nouvelle/", consultations.create, name="create"),
    path("consultations/<int:pk>/", consultations.consultation, name="consultation"),
    path("consultations/<int:pk>/reglages/", consultations.settings, name="settings"),
    path(
        "consultations/<int:pk>/langues/<str:language>/",
        consultations.translate,
        name="translate",
    ),
    path("consultations/<int:pk>/ouvrir/", consultations.open_to_public, name="open"),
    path("consultations/<int:pk>/supprimer/", consultations.delete, name="delete"),
    path("consultations/<int:pk>/etapes/nouvelle/", phases.add, name="add_phase"),
    path("consultations/<int:pk>/etapes/<int:position>/", phases.phase, name="phase_settings"),
    path(
        "consultations/<int:pk>/etapes/<int:position>/retirer/",
        phases.remove,
        name="remove_phase",
    ),
    path("consultations/<int:pk>/etapes/<int:position>/textes/", phases.texts, name="phase_texts"),
    path(
        "consultations/<int:pk>/textes/<int:contribution>/retirer/",
        phases.remove_text,
        name="remove_text",
    ),
]
