"""Live boards, wall screens and alerts."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.feedback.views import alerts, board, walls

urlpatterns: list[URLPattern] = [
    path("ecoute/tableau/", board.board, name="board"),
    path("ecoute/tableau/direct/", board.board_live, name="board_live"),
    path("ecoute/alertes/", alerts.alerts, name="alerts"),
    path("ecoute/alertes/<int:pk>/", alerts.alert, name="alert"),
    path("ecoute/alertes/<int:pk>/prendre/", alerts.acknowledge_alert, name="acknowledge_alert"),
    path("ecoute/alertes/<int:pk>/noter/", alerts.comment_alert, name="comment_alert"),
    path("ecoute/alertes/<int:pk>/clore/", alerts.close_alert, name="close_alert"),
    path("ecoute/surveillance/<int:pk>/", alerts.watch, name="watch"),
    path("ecoute/ecrans/", walls.wall_links, name="wall_links"),
    path("ecoute/ecrans/<int:pk>/revoquer/", walls.revoke_wall, name="revoke_wall"),
    path("ecoute/mur/", walls.wall, name="wall"),
    path("ecoute/mur/<str:secret>/", walls.wall_screen, name="wall_screen"),
]
