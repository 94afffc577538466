"""What paired kiosks open."""

from __future__ import annotations

from django.urls import path

from parvis.feedback.api.batches import batches

urlpatterns = [path("api/feedback/batches", batches, name="batches")]
