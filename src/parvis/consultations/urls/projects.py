"""Addresses of a project."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.consultations.views.citizen import documents, projects
from parvis.consultations.views.team import documents as team_documents

_PHASE = "participer/<str:code>/<int:position>"
_ARGUMENT = f"{_PHASE}/arguments/<int:number>"

urlpatterns: list[URLPattern] = [
    path(f"{_PHASE}/notes/", projects.note, name="project_note"),
    path(f"{_PHASE}/arguments/", projects.argument_write, name="argument_write"),
    path(f"{_ARGUMENT}/soutenir/", projects.argument_support, name="argument_support"),
    path(f"{_ARGUMENT}/modifier/", projects.argument_edit, name="argument_edit"),
    path(f"{_PHASE}/documents/<int:pk>/", documents.document, name="phase_document"),
    path(
        "consultations/<int:pk>/etapes/<int:position>/documents/",
        team_documents.documents,
        name="phase_documents",
    ),
    path(
        "consultations/<int:pk>/etapes/<int:position>/documents/<int:document>/retirer/",
        team_documents.remove,
        name="remove_phase_document",
    ),
]
