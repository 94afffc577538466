"""What paired kiosks ask for, and what they send."""

from __future__ import annotations

from django.urls import path

from parvis.feedback.api.batches import batches
from parvis.feedback.views import device_api

urlpatterns = [
    path("api/feedback/batches", batches, name="batches"),
    path("api/feedback/pair", device_api.pair_kiosk, name="pair"),
    path("api/feedback/configuration", device_api.configuration, name="configuration"),
    path("ecoute/sons/<str:sound_hash>.mp3", device_api.sound, name="sound"),
]
