"""Addresses of the room, one module a public."""

from django.urls import URLPattern

from parvis.staff_polls.urls import agents, coordinator, results

app_name = "staff_polls"

urlpatterns: list[URLPattern] = [
    *coordinator.urlpatterns,
    *results.urlpatterns,
    *agents.urlpatterns,
]
