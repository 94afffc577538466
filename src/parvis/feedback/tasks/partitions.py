"""The tables of answers, made ready before they are needed."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from parvis.feedback.ingestion.partitions import ensure_month
from parvis.foundation.schedule import scheduled


@scheduled(every=timedelta(days=1))
def make_next_partition() -> None:
    """Have next month's partition ready before its first answer, on PostgreSQL."""
    ensure_month(timezone.now() + timedelta(days=31))
