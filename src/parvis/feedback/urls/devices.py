"""What paired kiosks ask for."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.feedback.views import device_api

urlpatterns: list[URLPattern] = [
    path("api/feedback/pair", device_api.pair_kiosk, name="pair"),
    path("api/feedback/configuration", device_api.configuration, name="configuration"),
    path("ecoute/sons/<str:sound_hash>.mp3", device_api.sound, name="sound"),
]
