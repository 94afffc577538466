"""What the calendar brings: phases that end or begin, digests, and what is destroyed in time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.consultations import keys
from parvis.consultations.enums import ConsultationState, NoticeKind
from parvis.consultations.models import Consultation, Participant, Phase
from parvis.consultations.operations.closing import (
    close_consultation,
    close_phase,
    finish_close,
)
from parvis.consultations.operations.digests import send_digests
from parvis.consultations.operations.forgetting import (
    finish_forgetting,
    forget_after,
    forget_people,
)
from parvis.consultations.operations.notices import tell
from parvis.foundation.schedule import scheduled

logger = logging.getLogger(__name__)

FIRST_HOUR = 8


@scheduled(every=timedelta(minutes=1))
def follow_calendar() -> int:
    """Close what is over, tell what begins, finish what was cut short; how many things were done.

    One that fails does not keep the others; the task then fails.
    """
    now = timezone.now()
    with scopes_disabled():
        phases = Phase.objects.filter(consultation__state=ConsultationState.OPEN)
        over = phases.filter(closed_at__isnull=True, closes_at__lte=now).order_by("closes_at")
        begun = phases.filter(
            opening_told_at__isnull=True, closed_at__isnull=True, opens_at__lte=now
        ).select_related("consultation")
        unwiped = Phase.objects.filter(closed_at__isnull=False, traces_wiped_at__isnull=True)
        ended = (
            Consultation.objects.filter(state=ConsultationState.OPEN, phases__isnull=False)
            .exclude(phases__closed_at__isnull=True)
            .distinct()
        )
        failed: list[int] = []
        done = sum(
            [
                _each(over, lambda phase: close_phase(phase=phase), failed),
                _each(ended, lambda one: close_consultation(consultation=one), failed),
                _each(begun, tell_opening, failed),
                _each(unwiped, lambda phase: finish_close(phase=phase), failed),
            ]
        )
    if failed:
        raise RuntimeError(f"{len(failed)} consultations or phases could not be followed")
    return done


@scheduled(every=timedelta(hours=1))
def forget_ended() -> int:
    """Destroy what recognised the people of consultations whose time for appeal is over."""
    with scopes_disabled():
        ended = Consultation.objects.filter(closed_at__isnull=False)
        failed: list[int] = []
        done = _each(
            [one for one in ended.filter(key_destroyed_at__isnull=True) if forget_after(one)],
            lambda one: forget_people(consultation=one),
            failed,
        )
        forgotten = ended.filter(key_destroyed_at__isnull=False)
        _each(
            [one for one in forgotten if keys.are_held(one)],
            lambda one: finish_forgetting(consultation=one),
            failed,
        )
    if failed:
        raise RuntimeError(f"{len(failed)} consultations could not be forgotten")
    return done


@scheduled(every=timedelta(hours=1))
def send_weekly_digests() -> int:
    """On the day of the week that the installation chose, from the morning on."""
    now = timezone.now()
    local = timezone.localtime(now)
    if local.isoweekday() != settings.DIGEST_WEEKDAY or local.hour < FIRST_HOUR:
        return 0
    with scopes_disabled():
        return send_digests(now)


def tell_opening(phase: Phase) -> None:
    """Tell those already there that a phase begins, once."""
    people = Participant.objects.filter(
        consultation=phase.consultation_id, erased_on__isnull=True
    ).only("pk", "organisation_id", "erased_on")
    tell(
        people.iterator(),
        kind=NoticeKind.PHASE_OPENS,
        key=f"phase_opens:{phase.pk}",
        phase=phase,
    )
    Phase.objects.filter(pk=phase.pk).update(opening_told_at=timezone.now())


def _each(rows: Iterable[Any], act: Callable[[Any], object], failed: list[int]) -> int:
    """Do it to each; how many it was done to."""
    done = 0
    for row in rows:
        try:
            act(row)
            done += 1
        except Exception:
            failed.append(row.pk)
            logger.exception("consultation", extra={"model": row._meta.label, "row": row.pk})
    return done
