"""Recurring work of the room: watching the touchpoints, writing down the periods of small teams."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.feedback.boards.closed_periods import close_periods
from parvis.feedback.enums import MISUSE, DeviceKind, QuestionKind
from parvis.feedback.models import DayCount, Touchpoint
from parvis.feedback.operations.alerts import local_day
from parvis.feedback.operations.drop_watch import watch_for_drop
from parvis.feedback.operations.kiosk_watch import (
    MISUSE_DAYS,
    watch_for_misuse,
    watch_for_silence,
)
from parvis.foundation.schedule import scheduled

logger = logging.getLogger(__name__)


@scheduled(every=timedelta(days=1))
def watch_for_drops() -> int:
    """The drop alarm of every touchpoint shown in detail; returns how many alerts opened.

    A task of no tenant. A touchpoint that fails does not keep the others from being watched; the
    task then fails at the end, and shows.
    """
    opened = failed = 0
    with scopes_disabled():
        for touchpoint in Touchpoint.objects.open().shown_in_detail().order_by("pk"):
            try:
                opened += watch_for_drop(touchpoint=touchpoint) is not None
            except Exception:
                failed += 1
                logger.exception("drop watch", extra={"touchpoint": touchpoint.pk})
    if failed:
        raise RuntimeError(f"{failed} touchpoints could not be watched")
    return opened


@scheduled(every=timedelta(hours=1))
def watch_kiosks() -> int:
    """Silent kiosks, and bursts of misuse; returns how many alerts opened."""
    opened = 0
    with scopes_disabled():
        touchpoints = Touchpoint.objects.open().select_related("organisation").order_by("pk")
        with_kiosks = touchpoints.filter(
            devices__kind=DeviceKind.KIOSK, devices__revoked_at__isnull=True
        ).distinct()
        for touchpoint in with_kiosks:
            opened += watch_for_silence(touchpoint=touchpoint) is not None
        # A day early: "today" is the touchpoint's own.
        first = timezone.localdate() - timedelta(days=MISUSE_DAYS)
        pressed = (
            DayCount.objects.filter(
                day__gte=first, exclusion__in=MISUSE, question__kind=QuestionKind.SMILEY
            )
            .order_by()
            .values("touchpoint")
            .distinct()
        )
        for touchpoint in touchpoints.filter(pk__in=pressed):
            opened += watch_for_misuse(touchpoint=touchpoint) is not None
    return opened


@scheduled(every=timedelta(days=1))
def write_closed_periods() -> int:
    """Write down the periods that are due of the touchpoints with few agents."""
    written = 0
    with scopes_disabled():
        for touchpoint in Touchpoint.objects.shown_by_period().order_by("pk"):
            written += close_periods(touchpoint=touchpoint, today=local_day(touchpoint))
    return written
