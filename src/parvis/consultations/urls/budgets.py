"""Addresses of the vote on a budget."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.consultations.views.citizen import budgets
from parvis.consultations.views.team import projects

urlpatterns: list[URLPattern] = [
    path("participer/<str:code>/<int:position>/bulletin/", budgets.ballot, name="budget_ballot"),
    path(
        "participer/<str:code>/<int:position>/projets/<int:number>/",
        budgets.project,
        name="budget_project",
    ),
    path("consultations/<int:pk>/projets/", projects.projects, name="projects"),
    path(
        "consultations/<int:pk>/projets/<int:position>/nouveau/",
        projects.write,
        name="write_project",
    ),
    path(
        "consultations/<int:pk>/projets/<int:position>/idees/",
        projects.ideas,
        name="project_ideas",
    ),
    path("consultations/<int:pk>/projet/<int:project>/", projects.change, name="change_project"),
    path(
        "consultations/<int:pk>/projet/<int:project>/retirer/",
        projects.remove,
        name="remove_project",
    ),
]
