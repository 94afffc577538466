"""Addresses of the foundation."""

from django.urls import URLPattern

app_name = "foundation"
urlpatterns: list[URLPattern] = []
