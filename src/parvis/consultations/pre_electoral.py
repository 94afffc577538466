"""The pre-electoral period beside the calendar of a consultation (Electoral code, L52-1).

A consultation is no promotion in itself, but its phases, answers and results may become one: where
a phase meets the period of an election that concerns the body, opening asks for a written reason,
which the journal keeps. Without one, what the body answers, does and concludes waits in the period;
what was said stays. Nothing is asked of bodies that no election concerns.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from parvis.consultations.models import Consultation, Phase
from parvis.editions.embargo import concerns, embargo_of, embargo_period
from parvis.editions.models import Election
from parvis.organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class Meeting:
    """A phase and the period it meets, both days included."""

    phase: Phase
    election: Election
    begins: date
    ends: date


def meetings(organisation: Organisation, phases: Iterable[Phase]) -> list[Meeting]:
    """Each phase that meets the period of an election concerning the body, once an election."""
    periods = [
        (election, *embargo_period(election))
        for election in Election.objects.filter(
            edition__opened_at__isnull=False, last_round_on__gte=timezone.localdate()
        ).order_by("first_round_on")
        if concerns(election, organisation)
    ]
    met: dict[tuple[int, date, date], Meeting] = {}
    for phase in phases:
        first, last = timezone.localdate(phase.opens_at), timezone.localdate(phase.closes_at)
        for election, begins, ends in periods:
            if first <= ends and begins <= last:
                key = (phase.pk, begins, ends)
                met.setdefault(key, Meeting(phase, election, begins, ends))
    return list(met.values())


def withheld(consultation: Consultation) -> Election | None:
    """The election for which answers, milestones and results are not shown today; None = shown."""
    return None if consultation.embargo_reason else embargo_of(consultation.organisation)
