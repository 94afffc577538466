"""Kiosks that should have been heard of and were not; touchpoints pressed for fun."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db.models import Max, Sum
from django.utils import timezone

from parvis.feedback.enums import MISUSE, AlertKind, AlertState, Exclusion, QuestionKind
from parvis.feedback.models import (
    Alert,
    DayCount,
    Device,
    HourCount,
    Touchpoint,
    TouchpointWatch,
)
from parvis.feedback.operations.alerts import close_by_itself, local_day, open_alert
from parvis.foundation.working_time import is_working_day

HABIT_DAYS = 56
# Hours of a weekday, first and last included, with at least so many days of answers behind them.
MINIMUM_DAYS_OF_HABIT = 2
# Where nothing is known yet: office hours, Monday to Friday.
OFFICE_HOURS: Mapping[int, tuple[int, int]] = dict.fromkeys(range(5), (9, 16))
# Past so many days, the kiosk is silent whatever the hours.
LONGEST_SILENCE_DAYS = 14

MISUSE_DAYS = 2
MINIMUM_EXCLUDED = 30
MINIMUM_EXCLUDED_SHARE = 0.3

Habit = Mapping[int, tuple[int, int]]


def usual_hours(touchpoint: Touchpoint, today: date) -> Habit:
    """Weekday (0 = Monday) → first and last hour with answers, from the last eight weeks."""
    rows = (
        HourCount.objects.filter(
            touchpoint=touchpoint,
            day__range=(today - timedelta(days=HABIT_DAYS), today - timedelta(days=1)),
            exclusion=Exclusion.NONE,
        )
        .order_by()
        .values_list("day", "hour")
        .distinct()
    )
    days: dict[int, set[date]] = defaultdict(set)
    hours: dict[int, set[int]] = defaultdict(set)
    for day, hour in rows:
        days[day.weekday()].add(day)
        hours[day.weekday()].add(hour)
    habit = {
        weekday: (min(hours[weekday]), max(hours[weekday]))
        for weekday, seen in days.items()
        if len(seen) >= MINIMUM_DAYS_OF_HABIT
    }
    return habit or OFFICE_HOURS


def expected_hours(touchpoint: Touchpoint, habit: Habit, since: datetime, until: datetime) -> int:
    """Whole hours of usual activity between two moments; none on a public holiday."""
    zone = touchpoint.zone
    departement = touchpoint.organisation.departement_code
    hour = since + timedelta(hours=1)
    count = 0
    while hour <= until:
        local = timezone.localtime(hour, zone)
        first, last = habit.get(local.weekday(), (1, 0))
        if first <= local.hour <= last and not _is_holiday(local.date(), departement):
            count += 1
        hour += timedelta(hours=1)
    return count


def _is_holiday(day: date, departement: str) -> bool:
    """A weekday on which a public body is closed by law; Saturdays have their own habit."""
    return day.weekday() < 5 and not is_working_day(day, departement_code=departement)


def watch_for_silence(*, touchpoint: Touchpoint, now: datetime | None = None) -> Alert | None:
    """Open an alert for the kiosks of a touchpoint that should have been heard of; close it by
    itself once all of them are.

    `touchpoint` comes with its organisation. A coordinator who closed the alert is not told again
    of the same silence.
    """
    now = now or timezone.now()
    kiosks = list(Device.objects.kiosks().active().filter(touchpoint=touchpoint).order_by("pk"))
    limit = (
        TouchpointWatch.objects.filter(touchpoint=touchpoint)
        .values_list("silence_hours", flat=True)
        .first()
    ) or TouchpointWatch._meta.get_field("silence_hours").default
    habit = usual_hours(touchpoint, local_day(touchpoint))
    silent: list[tuple[Device, int]] = []
    for kiosk in kiosks:
        seen = kiosk.last_seen_at or kiosk.created_at
        start = max(seen, now - timedelta(days=LONGEST_SILENCE_DAYS))
        hours = expected_hours(touchpoint, habit, start, now)
        if hours >= limit or seen < now - timedelta(days=LONGEST_SILENCE_DAYS):
            silent.append((kiosk, hours))
    existing = (
        Alert.objects.not_closed().filter(touchpoint=touchpoint, kind=AlertKind.SILENT).first()
    )
    if existing is not None:
        if not silent:
            close_by_itself(alert=existing)
        return None
    told = Alert.objects.filter(
        touchpoint=touchpoint, kind=AlertKind.SILENT, state=AlertState.CLOSED
    ).aggregate(last=Max("closed_at"))["last"]
    # Silent since before somebody closed the last alert: the same silence.
    news = [
        (kiosk, hours)
        for kiosk, hours in silent
        if told is None or (kiosk.last_seen_at or kiosk.created_at) > told
    ]
    if not news:
        return None
    first, hours = min(news, key=lambda item: item[0].last_seen_at or item[0].created_at)
    return open_alert(
        touchpoint=touchpoint,
        kind=AlertKind.SILENT,
        device=first,
        details={
            "kiosks": [kiosk.name for kiosk, _hours in news],
            "last_seen_at": first.last_seen_at.isoformat() if first.last_seen_at else "",
            "hours": hours,
        },
    )


def watch_for_misuse(*, touchpoint: Touchpoint, today: date | None = None) -> Alert | None:
    """Open an alert when much of the last two days was set aside by the misuse filter.

    The days up to the closing of the last alert have had theirs.
    """
    today = today or local_day(touchpoint)
    since = today - timedelta(days=MISUSE_DAYS - 1)
    closed = Alert.objects.filter(
        touchpoint=touchpoint, kind=AlertKind.MISUSE, state=AlertState.CLOSED
    ).aggregate(last=Max("closed_at"))["last"]
    if closed is not None:
        since = max(since, timezone.localdate(closed, touchpoint.zone) + timedelta(days=1))
    if since > today:
        return None
    by_reason = dict(
        DayCount.objects.filter(
            touchpoint=touchpoint,
            day__range=(since, today),
            question__kind=QuestionKind.SMILEY,
        )
        .order_by()
        .values_list("exclusion")
        .annotate(total=Sum("answers"))
    )
    reasons = {reason: by_reason[reason] for reason in MISUSE if by_reason.get(reason)}
    excluded, raw = sum(reasons.values()), sum(by_reason.values())
    if excluded < MINIMUM_EXCLUDED or excluded < MINIMUM_EXCLUDED_SHARE * raw:
        return None
    return open_alert(
        touchpoint=touchpoint,
        kind=AlertKind.MISUSE,
        details={
            "since": since.isoformat(),
            "excluded": excluded,
            "raw": raw,
            "reasons": {str(int(reason)): count for reason, count in reasons.items()},
        },
    )
