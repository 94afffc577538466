"""Where a coordinator prepares polls and reads their results."""

from __future__ import annotations

from django.urls import URLPattern, path

from parvis.staff_polls.views.coordinator import polls

urlpatterns: list[URLPattern] = [
    path("sondages/", polls.polls, name="polls"),
]
