"""Recurring work of this room: months published once over, national figures frozen."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.feedback import measures, national
from parvis.foundation.schedule import scheduled

# Clocks of the Pacific territories are eleven hours behind: their month is over by then.
_LAST_CLOCK = timedelta(hours=12)


@scheduled(every=timedelta(days=1))
def publish_feedback_measures() -> int:
    """Publish the months that are over, and again those that late answers changed."""
    with scopes_disabled():
        return measures.publish_past_months(today=_today())


@scheduled(every=timedelta(days=1))
def freeze_national_figures() -> bool:
    """Freeze the national view of the last twelve months, once a month."""
    with scopes_disabled():
        return national.freeze(today=_today()) is not None


def _today() -> date:
    """The day it is everywhere."""
    return (timezone.now() - _LAST_CLOCK).date()
