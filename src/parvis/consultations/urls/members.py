"""Addresses of the team of a consultation."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.consultations.views.team import members

urlpatterns: list[URLPattern] = [
    path("consultations/equipe/", members.home, name="team_home"),
    path("consultations/<int:pk>/equipe/", members.members, name="members"),
    path(
        "consultations/<int:pk>/equipe/<int:member>/", members.change_member, name="change_member"
    ),
    path(
        "consultations/<int:pk>/equipe/<int:member>/retirer/",
        members.remove_member,
        name="remove_member",
    ),
    path(
        "consultations/<int:pk>/equipe/invitations/<int:invitation>/annuler/",
        members.withdraw_invitation,
        name="withdraw_invitation",
    ),
]
