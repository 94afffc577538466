"""Addresses of moderation, merges and splits."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.consultations.views.citizen import appeals, moves
from parvis.consultations.views.team import merging, moderation

_QUEUE = "consultations/<int:pk>/moderation/"
_OWN = "participer/<str:code>/<int:position>/contributions/<int:number>/"

urlpatterns: list[URLPattern] = [
    path(_QUEUE, moderation.queue, name="moderation"),
    path(f"{_QUEUE}tout/", moderation.everything, name="moderation_all"),
    path(f"{_QUEUE}publier/", moderation.bulk, name="moderation_bulk"),
    path(f"{_QUEUE}<int:contribution>/", moderation.one, name="moderated"),
    path(f"{_QUEUE}<int:contribution>/decider/", moderation.decide, name="moderation_decide"),
    path(f"{_QUEUE}<int:contribution>/reunir/", merging.merge, name="merge"),
    path(f"{_QUEUE}<int:contribution>/scinder/", merging.split, name="split"),
    path(f"{_QUEUE}<int:contribution>/retablir/", merging.restore, name="restore"),
    path("participer/<str:code>/charte/", appeals.charter, name="charter"),
    path("participer/<str:code>/accords/", moves.moves, name="moves"),
    path("participer/<str:code>/accords/<int:move>/", moves.answer, name="answer_move"),
    path(f"{_OWN}recours/", appeals.appeal, name="appeal"),
    path(f"{_OWN}signaler/", appeals.report, name="report"),
]
