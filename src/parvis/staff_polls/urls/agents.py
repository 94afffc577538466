"""What agents open, by invitation or by a printed code.

All of it lies under `settings.UNTRACED_PATHS`.
"""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.staff_polls.views.agents import exchanges, explained, landing

urlpatterns: list[URLPattern] = [
    path("sondage/<str:code>/", landing.landing, name="landing"),
    path("sondage/<str:code>/jeton", exchanges.take_token, name="take_token"),
    path("sondage/<str:code>/bulletin", exchanges.cast, name="cast"),
    path("sondage/<str:code>/etat.json", exchanges.state, name="state"),
    path("sondage/<str:code>/anonymat/", explained.anonymity, name="anonymity"),
    path("sondage/<str:code>/resultats/", explained.reveal, name="reveal"),
]
