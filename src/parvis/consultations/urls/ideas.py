"""Addresses of ideas."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.consultations.views.citizen import idea, idea_writing, ideas

_PHASE = "participer/<str:code>/<int:position>"
_IDEA = f"{_PHASE}/idees/<int:number>"

urlpatterns: list[URLPattern] = [
    path(f"{_PHASE}/carte/", ideas.idea_map, name="idea_map"),
    path(f"{_PHASE}/carte/points.json", ideas.idea_points, name="idea_points"),
    path(f"{_PHASE}/idees/nouvelle/", idea_writing.idea_write, name="idea_write"),
    path(f"{_PHASE}/idees/proches/", idea_writing.idea_near, name="idea_near"),
    path(f"{_IDEA}/", idea.idea, name="idea"),
    path(f"{_IDEA}/apercu/", idea.idea_preview, name="idea_preview"),
    path(f"{_IDEA}/soutenir/", idea.idea_support, name="idea_support"),
    path(f"{_IDEA}/suivre/", idea.idea_follow, name="idea_follow"),
    path(f"{_IDEA}/commenter/", idea.idea_comment, name="idea_comment"),
    path(f"{_IDEA}/modifier/", idea_writing.idea_edit, name="idea_edit"),
    path(f"{_IDEA}/verifier/", idea_writing.idea_check, name="idea_check"),
    path(f"{_IDEA}/supprimer/", idea_writing.idea_discard, name="idea_discard"),
    path(f"{_IDEA}/fichiers/<int:pk>/", idea.idea_file, name="idea_file"),
    path(f"{_IDEA}/fichiers/<int:pk>/retirer/", idea_writing.idea_detach, name="idea_detach"),
]
