"""Addresses of this room."""

from django.urls import URLPattern

app_name = "mystery_audits"
urlpatterns: list[URLPattern] = []
