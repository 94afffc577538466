"""Addresses of official answers and milestones."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.consultations.views.team import answers, milestones

urlpatterns: list[URLPattern] = [
    path("consultations/<int:pk>/reponses/", answers.answers, name="answers"),
    path("consultations/<int:pk>/reponses/ensemble/", answers.answer_alike, name="answer_alike"),
    path("consultations/<int:pk>/reponses/<int:contribution>/", answers.answer, name="answer"),
    path(
        "consultations/<int:pk>/periode-preelectorale/",
        answers.embargo_reason,
        name="embargo_reason",
    ),
    path("consultations/<int:pk>/jalons/", milestones.milestones, name="milestones"),
    path("consultations/<int:pk>/jalons/nouveau/", milestones.milestone_add, name="milestone_add"),
    path("consultations/<int:pk>/jalons/<int:milestone>/", milestones.milestone, name="milestone"),
    path(
        "consultations/<int:pk>/jalons/<int:milestone>/retirer/",
        milestones.milestone_remove,
        name="milestone_remove",
    ),
]
