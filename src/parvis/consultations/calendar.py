"""The phases of a consultation as steps of a calendar: past, present, to come, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from parvis.consultations.enums import ConsultationState
from parvis.consultations.models import Consultation, Phase
from parvis.consultations.told import told
from parvis.foundation.days import day_in_words


class When(StrEnum):
    PAST = "past"
    PRESENT = "present"
    TO_COME = "to come"


@dataclass(frozen=True, slots=True)
class Step:
    """A phase in the calendar; `dates` is the whole sentence that says when."""

    phase: Phase
    title: str
    when: When
    dates: str

    @property
    def when_in_words(self) -> str:
        return {
            When.PAST: _("terminée"),
            When.PRESENT: _("en cours"),
            When.TO_COME: _("à venir"),
        }[self.when]


def steps_of(
    consultation: Consultation, *, now: datetime, phases: Iterable[Phase] = ()
) -> list[Step]:
    """A step for each phase, in their order; `phases` spares a query to whoever read them."""
    return [
        Step(
            phase,
            told(phase, "title"),
            when := when_of(phase, consultation, now),
            dates_in_words(phase, when),
        )
        for phase in phases or consultation.phases.all()
    ]


def when_of(phase: Phase, consultation: Consultation, now: datetime) -> When:
    """Where a phase stands at that instant; what is closed is past, whatever its dates."""
    is_over = consultation.state in (ConsultationState.CLOSED, ConsultationState.PUBLISHED)
    if phase.closed_at is not None or is_over or now >= phase.closes_at:
        return When.PAST
    return When.PRESENT if phase.opens_at <= now else When.TO_COME


def dates_in_words(phase: Phase, when: When) -> str:
    """From when to when, said from where one stands: "jusqu’au 3 mai 2027 à 18 h 00"."""
    if when is When.PRESENT:
        return _("jusqu’au %(end)s") % {"end": moment_in_words(phase.closes_at)}
    return _("du %(start)s au %(end)s") % {
        "start": day_in_words(timezone.localtime(phase.opens_at)),
        "end": day_in_words(timezone.localtime(phase.closes_at)),
    }


def place_in_words(phase: Phase, steps: Sequence[Step]) -> str:
    """ "Étape 4 sur 6, en cours, jusqu’au 3 mai 2027 à 18 h 00"; no rank where it is alone."""
    here = next(step for step in steps if step.phase.pk == phase.pk)
    words = {"when": here.when_in_words, "dates": here.dates}
    if len(steps) == 1:
        return _("Étape %(when)s, %(dates)s") % words
    return _("Étape %(rank)d sur %(count)d, %(when)s, %(dates)s") % {
        **words,
        "rank": steps.index(here) + 1,
        "count": len(steps),
    }


def moment_in_words(moment: datetime) -> str:
    """ "3 mai 2027 à 18 h 00" in the zone in force; midnight goes without its hour."""
    local = timezone.localtime(moment)
    if (local.hour, local.minute) == (0, 0):
        return day_in_words(local)
    return _("%(day)s à %(time)s") % {
        "day": day_in_words(local),
        "time": formats.time_format(local, "TIME_FORMAT"),
    }
