"""Addresses of what a participant said, and of their digest."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.consultations.views.citizen import digests, own

urlpatterns: list[URLPattern] = [
    path("participer/<str:code>/moi/", own.own, name="own"),
    path("participer/<str:code>/moi/votes/<int:position>/", own.own_votes, name="own_votes"),
    path(
        "participer/<str:code>/moi/votes/<int:position>/reprendre/",
        own.take_back,
        name="take_back_vote",
    ),
    path(
        "participer/<str:code>/moi/textes/<int:contribution>/retirer/",
        own.withdraw,
        name="withdraw_own",
    ),
    path("participer/<str:code>/moi/nom/", own.present_oneself, name="present_oneself"),
    path("participer/<str:code>/moi/bulletin/", own.ask_digest, name="ask_digest"),
    path("participer/<str:code>/moi/bulletin/arreter/", own.stop_digest, name="stop_digest"),
    path("participer/<str:code>/moi/donnees/", own.own_data, name="own_data"),
    path("participer/<str:code>/moi/effacer/", own.erase, name="erase_own"),
    path("participer/<str:code>/confirmer/<str:token>/", digests.confirm, name="confirm"),
    path("participer/<str:code>/desabonner/<str:token>/", digests.unsubscribe, name="unsubscribe"),
]
