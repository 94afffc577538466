"""What citizens and kiosks open, without signing in."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.feedback.views import citizen, kiosk

urlpatterns: list[URLPattern] = [
    path("borne/", kiosk.page, name="kiosk_app"),
    path("borne/sw.js", kiosk.worker, name="kiosk_worker"),
    path("avis/<str:code>/", citizen.give, name="give"),
]
