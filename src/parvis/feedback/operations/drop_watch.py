"""The drop alarm of a touchpoint: learning its reference, adding up the evidence, every day.

The sum is computed again from the counts of all the days watched, each time: an answer that was
given offline changes a day already past, and the sum with it. The reference is learned once and
kept for three months, so that a computation may be made again and find the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from parvis.accounts.models import Person
from parvis.feedback.boards.reading import Levels, no_levels
from parvis.feedback.enums import AlertKind, Exclusion, Level, QuestionKind
from parvis.feedback.models import Alert, DayCount, Touchpoint, TouchpointWatch
from parvis.feedback.operations.alerts import local_day, open_alert
from parvis.foundation.errors import Refusal
from parvis.foundation.stale import check_revision
from parvis.journal.operations import record
from parvis.statistics.cusum import (
    DEFAULT_ODDS_RATIO,
    Reference,
    false_alarm_threshold,
    increments,
    path,
    reference_of,
)
from parvis.statistics.satisfaction import FIRST_SATISFIED

FloatArray = NDArray[np.float64]

REFERENCE_DAYS = 84
RENEWED_AFTER = timedelta(days=91)
MINIMUM_REFERENCE_ANSWERS = 200
MINIMUM_REFERENCE_DAYS = 20
ALARMS_A_YEAR = (1, 2, 4, 12)
MAX_SILENCE_HOURS = 100


@dataclass(frozen=True, slots=True)
class _Days:
    """Days from `first` on, with their dissatisfied and all answers."""

    first: date
    bad: FloatArray
    total: FloatArray


@dataclass(frozen=True, slots=True)
class _Lesson:
    """What is ordinary since `first`, and the threshold that follows from it."""

    first: date
    reference: Reference
    threshold: float


def watch_of(touchpoint: Touchpoint) -> TouchpointWatch:
    """The watch of a touchpoint, with the usual settings where nobody chose others."""
    watch, _created = TouchpointWatch.objects.get_or_create(
        touchpoint=touchpoint, defaults={"organisation_id": touchpoint.organisation_id}
    )
    return watch


def watch_for_drop(*, touchpoint: Touchpoint, today: date | None = None) -> Alert | None:
    """Compute the sum up to yesterday and open the alert if it passed the threshold.

    Nothing is computed where fewer than five people work, nor before there is enough to learn from.
    Run again on the same day, it finds the same and opens nothing more.
    """
    today = today or local_day(touchpoint)
    if touchpoint.could_follow_an_agent:
        return None
    watch_of(touchpoint)
    while True:
        # A threshold takes long to compute: before the lock, which forms wait for.
        seen = TouchpointWatch.objects.get(touchpoint=touchpoint)
        lesson = _lesson_of(seen, touchpoint, today)
        with transaction.atomic():
            watch = TouchpointWatch.objects.select_for_update().get(touchpoint=touchpoint)
            if _learned_from(watch) == _learned_from(seen):
                return _watch(watch, touchpoint, today, lesson)
        # Somebody chose otherwise meanwhile: it is learned again, from what they chose.


def _watch(
    watch: TouchpointWatch, touchpoint: Touchpoint, today: date, lesson: _Lesson | None
) -> Alert | None:
    """The same, with the watch locked, and what there is to learn already known."""
    if lesson is not None and not _has_open_drop(touchpoint):
        _write_down(watch, lesson, today)
    # Else what was learned before goes on serving, however old.
    reference, first = reference_in(watch), watch.watched_from
    if reference is None or watch.threshold is None or first is None or first >= today:
        return None
    days = _read(touchpoint, first, today)
    evidence = path(increments(days.bad, days.total, reference))
    watch.computed_until, watch.last_sum = today - timedelta(days=1), float(evidence[-1])
    watch.save(update_fields=["computed_until", "last_sum"])
    passed = evidence >= watch.threshold
    if not passed.any():
        return None
    return open_alert(
        touchpoint=touchpoint,
        kind=AlertKind.DROP,
        details=_details(watch, reference, days, evidence, int(np.argmax(passed))),
    )


def _has_open_drop(touchpoint: Touchpoint) -> bool:
    open_alerts = Alert.objects.not_closed().filter(touchpoint=touchpoint)
    return open_alerts.filter(kind=AlertKind.DROP).exists()


def _is_due(watch: TouchpointWatch, today: date) -> bool:
    """Whether a reference is to be learned: there is none, or it is three months old."""
    if watch.reference_share is None or watch.watched_from is None:
        return True
    return watch.watched_from + RENEWED_AFTER <= today


def _learned_from(watch: TouchpointWatch) -> tuple[object, ...]:
    """What a lesson depends on in a watch, beside the answers."""
    return (
        watch.alarms_a_year,
        watch.reference_share,
        watch.reference_first_day,
        watch.watched_from,
        watch.few_agents_on,
    )


def _lesson_of(watch: TouchpointWatch, touchpoint: Touchpoint, today: date) -> _Lesson | None:
    """What the last twelve weeks teach, when it is time to learn and they say enough."""
    if not _is_due(watch, today) or _has_open_drop(touchpoint):
        return None
    first = today - timedelta(days=REFERENCE_DAYS)
    if watch.reference_share is None and watch.reference_first_day is not None:
        # A coordinator asked for the level since a drop: the weeks before it would hide it.
        first = max(first, watch.reference_first_day)
    if watch.few_agents_on is not None:
        first = max(first, watch.few_agents_on + timedelta(days=1))
    if first >= today:
        return None
    days = _read(touchpoint, first, today)
    if (
        days.total.sum() < MINIMUM_REFERENCE_ANSWERS
        or (days.total > 0).sum() < MINIMUM_REFERENCE_DAYS
    ):
        return None
    found = reference_of(days.bad, days.total)
    return _Lesson(first, found, _threshold(found, watch.alarms_a_year))


def _write_down(watch: TouchpointWatch, lesson: _Lesson, today: date) -> None:
    watch.reference_first_day, watch.reference_end = lesson.first, today
    watch.reference_share = lesson.reference.share
    watch.reference_dispersion = lesson.reference.dispersion
    watch.reference_volumes = list(lesson.reference.volumes)
    watch.reference_active_share = lesson.reference.active_share
    watch.reference_answers = lesson.reference.answers
    watch.threshold = lesson.threshold
    watch.watched_from = today
    watch.computed_until = watch.last_sum = None
    watch.save()


def reference_in(watch: TouchpointWatch) -> Reference | None:
    """The reference written down, or None when none is learned yet."""
    if (
        watch.reference_share is None
        or watch.reference_dispersion is None
        or watch.reference_active_share is None
        or watch.reference_answers is None
    ):
        return None
    return Reference(
        share=watch.reference_share,
        dispersion=watch.reference_dispersion,
        volumes=tuple(watch.reference_volumes),
        active_share=watch.reference_active_share,
        answers=watch.reference_answers,
    )


def _threshold(reference: Reference, alarms_a_year: int) -> float:
    return false_alarm_threshold(
        reference, days_between=365.0 / alarms_a_year, odds_ratio=DEFAULT_ODDS_RATIO
    )


def _read(touchpoint: Touchpoint, first: date, end: date) -> _Days:
    """Counted answers of each day of [first, end)."""
    rows = (
        DayCount.objects.filter(
            touchpoint=touchpoint,
            day__gte=first,
            day__lt=end,
            question__kind=QuestionKind.SMILEY,
            exclusion=Exclusion.NONE,
        )
        .order_by()
        .values_list("day", "answer")
        .annotate(total=Sum("answers"))
    )
    by_day: dict[date, Levels] = {}
    for day, answer, answers in rows:
        if answer in Level.values:
            by_day.setdefault(day, no_levels())[answer] += answers
    length = (end - first).days
    levels = [by_day.get(first + timedelta(days=n), no_levels()) for n in range(length)]
    return _Days(
        first=first,
        bad=np.array([sum(row[:FIRST_SATISFIED]) for row in levels], dtype=np.float64),
        total=np.array([sum(row) for row in levels], dtype=np.float64),
    )


def _details(
    watch: TouchpointWatch,
    reference: Reference,
    days: _Days,
    evidence: FloatArray,
    day: int,
) -> dict[str, object]:
    """Figures since the last day the sum was at zero, which is when the drop likely began."""
    zeros = np.flatnonzero(evidence[:day] <= 0.0)
    begun = int(zeros[-1]) + 1 if zeros.size else 0
    return {
        "day": (days.first + timedelta(days=day)).isoformat(),
        "since": (days.first + timedelta(days=begun)).isoformat(),
        "dissatisfied": int(days.bad[begun:].sum()),
        "answers": int(days.total[begun:].sum()),
        "usual_share": round(reference.share, 4),
        "sum": round(float(evidence[day]), 3),
        "threshold": round(float(watch.threshold or 0.0), 3),
        "alarms_a_year": watch.alarms_a_year,
    }


def choose_watch(
    *,
    touchpoint: Touchpoint,
    alarms_a_year: int,
    silence_hours: int,
    revision: int | str | None,
    by: Person,
) -> TouchpointWatch:
    """Choose how a touchpoint is watched; raise `StaleForm` when somebody chose meanwhile."""
    if alarms_a_year not in ALARMS_A_YEAR:
        raise Refusal(_("Choisissez un nombre d’alertes de la liste."), field="alarms_a_year")
    if not 1 <= silence_hours <= MAX_SILENCE_HOURS:
        raise Refusal(
            _("Choisissez de 1 à %(most)d heures.") % {"most": MAX_SILENCE_HOURS},
            field="silence_hours",
        )
    changes = {"alarms_a_year": alarms_a_year, "silence_hours": silence_hours}
    watch_of(touchpoint)
    while True:
        # As in `watch_for_drop`: the threshold before the lock, again if another was learned.
        reference = reference_in(TouchpointWatch.objects.get(touchpoint=touchpoint))
        threshold = None if reference is None else _threshold(reference, alarms_a_year)
        with transaction.atomic():
            watch = TouchpointWatch.objects.select_for_update().get(touchpoint=touchpoint)
            if reference_in(watch) != reference:
                continue
            check_revision(watch, revision, changes=changes)
            watch.alarms_a_year, watch.silence_hours = alarms_a_year, silence_hours
            if threshold is not None:
                watch.threshold = threshold
            watch.revision += 1
            watch.save()
            record(
                action="feedback_watch.chosen",
                actor_id=by.pk,
                subject=watch,
                organisation_id=watch.organisation_id,
                **changes,
            )
            return watch
