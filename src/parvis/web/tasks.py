"""Recurring work of a demonstration; a service has none of it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from parvis.foundation.schedule import scheduled
from parvis.web.demo.kiosks import hear_of_kiosks

if settings.DEMO:
    # A kiosk is online when it was heard of in the last quarter of an hour.
    @scheduled(every=timedelta(minutes=5))
    def keep_kiosks_online() -> int:
        return hear_of_kiosks()
