"""The event `feedback.counts.daily`: yesterday's counts of each touchpoint, once it is over there.

Touchpoints with fewer than five agents are left out: a day of theirs could be somebody's day.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django_scopes import scope, scopes_disabled

from parvis.feedback.enums import NO_LEVEL, Exclusion
from parvis.feedback.exchange_enums import WebhookEvent
from parvis.feedback.models import MINIMUM_STAFFING, DayCount, Touchpoint, WebhookEndpoint
from parvis.feedback.webhooks.announcing import announce

# Late evening answers have arrived by then.
FROM_HOUR = 4


def announce_yesterday() -> int:
    """Announce what was not yet; return how many deliveries were queued. Safe to run again."""
    with scopes_disabled():
        bodies = {
            endpoint.organisation_id
            for endpoint in WebhookEndpoint.objects.filter(
                disabled_at__isnull=True, removed_at__isnull=True
            )
            if WebhookEvent.COUNTS_DAILY in endpoint.events
        }
    queued = 0
    for organisation_id in sorted(bodies):
        with scope(organisation=[organisation_id]):
            queued += _announce_of(organisation_id)
    return queued


def _announce_of(organisation_id: int) -> int:
    now, by_day = timezone.now(), defaultdict(list)
    for point in Touchpoint.objects.filter(
        organisation=organisation_id, staffing__gte=MINIMUM_STAFFING
    ):
        local = now.astimezone(point.zone)
        if local.hour >= FROM_HOUR:
            by_day[local.date() - timedelta(days=1)].append(point)
    queued = 0
    for day, points in by_day.items():
        counts = counts_of(points, day)
        for point in points:
            if point.pk in counts:
                queued += announce(
                    organisation_id,
                    WebhookEvent.COUNTS_DAILY,
                    {
                        "touchpoint": point.code,
                        "day": day.isoformat(),
                        "counts": counts[point.pk],
                    },
                    key=f"{point.pk}:{day.isoformat()}",
                )
    return queued


def counts_of(points: list[Touchpoint], day: date) -> dict[int, list[dict[str, Any]]]:
    """The cells of a day by touchpoint, raw and kept, in the form of the API."""
    cells: dict[int, dict[tuple[str, int, int], list[int]]] = defaultdict(dict)
    rows = (
        DayCount.objects.filter(touchpoint__in=points, day=day)
        .order_by("touchpoint_id", "question__key", "level", "answer", "exclusion")
        .values_list("touchpoint_id", "question__key", "level", "answer", "exclusion", "answers")
    )
    for point, question, level, answer, exclusion, number in rows:
        cell = cells[point].setdefault((question, level, answer), [0, 0])
        cell[0] += number
        cell[1] += number if exclusion == Exclusion.NONE else 0
    return {
        point: [
            {
                "question": question,
                "level": None if level == NO_LEVEL else level,
                "answer": answer,
                "raw": raw,
                "kept": kept,
            }
            for (question, level, answer), (raw, kept) in made.items()
        ]
        for point, made in cells.items()
    }
