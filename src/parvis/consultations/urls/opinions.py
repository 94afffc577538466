"""Addresses of opinions, and of votes sent by scripts."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.consultations.views.citizen import opinions, scripted_votes

_PHASE = "participer/<str:code>/<int:position>/"

urlpatterns: list[URLPattern] = [
    path("participer/<str:code>/voter", scripted_votes.vote_by_script, name="vote"),
    path(f"{_PHASE}avis/", opinions.give_opinion, name="opinions_vote"),
    path(f"{_PHASE}mes-avis/", opinions.own_opinions, name="opinions_own"),
    path(f"{_PHASE}groupes/", opinions.groups, name="opinions_map"),
    path(f"{_PHASE}affirmation/", opinions.propose_statement, name="opinions_propose"),
]
