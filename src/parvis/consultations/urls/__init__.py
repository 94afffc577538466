"""Addresses of the room: `/consultations/` for the team, `/participer/` for everybody."""

from __future__ import annotations

from django.urls import URLPattern

from parvis.consultations.urls import (
    answers,
    archives,
    budgets,
    citizens,
    entering,
    exchanges,
    ideas,
    members,
    moderation,
    opinions,
    own,
    pairs,
    paper,
    projects,
    results,
    team,
)

app_name = "consultations"

urlpatterns: list[URLPattern] = [
    *team.urlpatterns,
    *members.urlpatterns,
    *moderation.urlpatterns,
    *paper.urlpatterns,
    *answers.urlpatterns,
    *exchanges.urlpatterns,
    *entering.urlpatterns,
    *own.urlpatterns,
    *ideas.urlpatterns,
    *projects.urlpatterns,
    *opinions.urlpatterns,
    *pairs.urlpatterns,
    *budgets.urlpatterns,
    *results.urlpatterns,
    *archives.urlpatterns,
    *citizens.urlpatterns,
]
