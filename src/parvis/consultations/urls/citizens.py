"""Addresses of the list of consultations, of one, of its phases."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.consultations.views.citizen import consultation, phases

urlpatterns: list[URLPattern] = [
    path("participer/", consultation.public_list, name="public_list"),
    path("participer/<str:code>/", consultation.consultation, name="public"),
    path("participer/<str:code>/<int:position>/", phases.phase, name="phase"),
]
