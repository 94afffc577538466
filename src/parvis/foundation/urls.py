"""Addresses of the foundation."""

from django.urls import path

from parvis.foundation.health import health

app_name = "foundation"
urlpatterns = [path("sante", health, name="health")]
