"""Addresses of the room: `/seances/` for who leads, `/seance/` for who is in the room."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.live_sessions.views import console, exchanges, phones, preparing, results, screen

app_name = "live_sessions"

urlpatterns: list[URLPattern] = [
    path("seances/", preparing.sessions, name="sessions"),
    path("seances/nouvelle/", preparing.create, name="create_session"),
    path("seances/<int:pk>/", preparing.session, name="session"),
    path("seances/<int:pk>/reglages/", preparing.settings, name="settings"),
    path("seances/<int:pk>/cartes/", preparing.cards, name="cards"),
    path("seances/<int:pk>/ouvrir/", preparing.open_session, name="open_session"),
    path("seances/<int:pk>/supprimer/", preparing.delete, name="delete_session"),
    path("seances/<int:pk>/pupitre/", console.console, name="console"),
    path("seances/<int:pk>/pupitre/etat/", console.console_state, name="console_state"),
    path("seances/<int:pk>/pupitre/agir/", console.act, name="act"),
    path("seances/<int:pk>/textes/<uuid:text>/", console.hide, name="hide_text"),
    path("seances/<int:pk>/terminer/", console.end, name="end_session"),
    path("seances/<int:pk>/resultats/", results.results, name="results"),
    path("seances/<int:pk>/resultats.csv", results.results_csv, name="results_csv"),
    # --- Under `settings.UNTRACED_PATHS`.
    path("seance/", phones.door, name="door"),
    path("seance/<str:code>/", phones.phone, name="phone"),
    path("seance/<str:code>/etat.json", exchanges.state, name="state"),
    path("seance/<str:code>/entree", exchanges.enter_room, name="enter"),
    path("seance/<str:code>/vote", exchanges.vote, name="vote"),
    path("seance/<str:code>/ecran/", screen.screen, name="screen"),
    path("seance/<str:code>/ecran.json", exchanges.screen_state, name="screen_state"),
]
