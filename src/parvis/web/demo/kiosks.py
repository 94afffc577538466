"""Kiosks of the demonstration that go on giving news of themselves, although no tablet is there."""

from __future__ import annotations

from typing import Final

from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.feedback.models import Device

# What they say of themselves, and no real tablet does: one that a visitor pairs speaks for itself.
SIMULATED_VERSION: Final = "1.0.0-demo"


def hear_of_kiosks() -> int:
    """As if each had just sent word, but the silent one, whose answers wait; how many."""
    with scopes_disabled():
        heard = (
            Device.objects.kiosks()
            .active()
            .filter(organisation__is_simulated=True, app_version=SIMULATED_VERSION, queue_length=0)
        )
        return heard.update(last_seen_at=timezone.now())
