"""Where a coordinator prepares polls and follows them."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.staff_polls.views.coordinator import cards, groups, launching, polls, slips

urlpatterns: list[URLPattern] = [
    path("sondages/", polls.polls, name="polls"),
    path("sondages/nouveau/", polls.create, name="create_poll"),
    path("sondages/<int:pk>/", polls.poll, name="poll"),
    path("sondages/<int:pk>/reglages/", polls.settings, name="settings"),
    path("sondages/<int:pk>/supprimer/", polls.delete, name="delete_poll"),
    path("sondages/<int:pk>/cartes/", cards.cards, name="cards"),
    path("sondages/<int:pk>/bibliotheque/", cards.library, name="library"),
    path("sondages/<int:pk>/apercu/", cards.preview, name="preview"),
    path("sondages/<int:pk>/services/", groups.groups, name="groups"),
    path("sondages/<int:pk>/services/liste/", groups.roll, name="roll"),
    path("sondages/<int:pk>/services/regrouper/", groups.merge, name="merge_groups"),
    path("sondages/<int:pk>/services/<int:number>/", groups.group, name="group"),
    path("sondages/<int:pk>/services/<int:number>/retirer/", groups.remove, name="remove_group"),
    path(
        "sondages/<int:pk>/services/<int:number>/agents/",
        groups.remove_from_roll,
        name="remove_agents",
    ),
    path("sondages/<int:pk>/lancer/", launching.launch, name="launch"),
    path("sondages/<int:pk>/rappeler/", launching.send_reminder, name="remind"),
    path("sondages/<int:pk>/cloture/", launching.change_end, name="change_end"),
    path("sondages/<int:pk>/clore/", launching.close, name="close"),
    path("sondages/<int:pk>/bulletins/", slips.slips, name="slips"),
    path("sondages/<int:pk>/bulletins/<int:number>.pdf", slips.print_slips, name="print_slips"),
]
