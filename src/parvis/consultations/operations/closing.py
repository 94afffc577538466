"""The end of a phase: what was voted is counted, then cut from those who voted.

Ballots are written anew under numbers drawn at random, in an order drawn at random, and the rows
that tied them to participants are destroyed. Supports stay their authors' until the consultation
itself closes: they are asked about when an idea is merged or split.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.accounts.models import Person
from parvis.consultations.enums import (
    BALLOT_KINDS,
    CONSULTATION_TRANSITIONS,
    ConsultationState,
    VoteKind,
)
from parvis.consultations.models import ClosedVote, Consultation, Phase, Vote
from parvis.consultations.operations.holding import hold_consultation, hold_phase
from parvis.consultations.results.counting import count
from parvis.foundation.errors import Conflict
from parvis.foundation.freed_space import wipe_freed_space
from parvis.journal.operations import record

_ROWS = 2_000


def close_phase(*, phase: Phase, by: Person | None = None) -> Phase:
    """Close a phase whose time is over; idempotent. `by` None is the calendar."""
    with scopes_disabled(), transaction.atomic():
        held = hold_phase(phase)
        if held.closed_at is not None:
            return held
        if timezone.now() < held.closes_at:
            raise Conflict(_("Cette étape n’est pas finie."))
        held.participants = Vote.objects.filter(phase=held).values("participant").distinct().count()
        cut_ballots(held, BALLOT_KINDS)
        held.result = count(held)
        held.closed_at = timezone.now()
        held.save(update_fields=["closed_at", "participants", "result"])
        transaction.on_commit(partial(wipe_freed_space, Vote))
        record(
            action="consultation.phase_closed",
            actor_id=by.pk if by else None,
            subject=held,
            organisation_id=held.organisation_id,
            participants=held.participants,
        )
    return held


def close_consultation(*, consultation: Consultation, by: Person | None = None) -> Consultation:
    """Close a consultation whose phases are all closed: supports are cut from their authors too."""
    with scopes_disabled(), transaction.atomic():
        held = hold_consultation(consultation)
        if ConsultationState.CLOSED not in CONSULTATION_TRANSITIONS[held.state]:
            return held
        if held.phases.filter(closed_at__isnull=True).exists():
            raise Conflict(_("Une étape au moins n’est pas finie."))
        for phase in held.phases.all():
            cut_ballots(hold_phase(phase), {VoteKind.SUPPORT})
        held.state = ConsultationState.CLOSED
        held.closed_at = timezone.now()
        held.save(update_fields=["state", "closed_at"])
        transaction.on_commit(partial(wipe_freed_space, Vote))
        record(
            action="consultation.closed",
            actor_id=by.pk if by else None,
            subject=held,
            organisation_id=held.organisation_id,
        )
    return held


def cut_ballots(phase: Phase, kinds: Iterable[str]) -> int:
    """Write the votes of these kinds anew under random numbers; how many voters there were.

    The phase is held alone by the caller. Numbers go on from those already given in the phase, so
    that what one person said in ballots and in supports is under two numbers.
    """
    votes = Vote.objects.filter(phase=phase, kind__in=list(kinds))
    rows = list(votes.values_list("participant", "kind", "subject", "other", "value"))
    voters = sorted({row[0] for row in rows})
    drawn = secrets.SystemRandom()
    given = (
        ClosedVote.objects.filter(phase=phase).order_by("-voter").values_list("voter", flat=True)
    )
    first = (given.first() or 0) + 1
    numbers = list(range(first, first + len(voters)))
    drawn.shuffle(numbers)
    number_of = dict(zip(voters, numbers, strict=True))
    drawn.shuffle(rows)
    ClosedVote.objects.bulk_create(
        (
            ClosedVote(
                organisation_id=phase.organisation_id,
                phase=phase,
                voter=number_of[participant],
                kind=kind,
                subject_id=subject,
                other=other,
                value=value,
            )
            for participant, kind, subject, other, value in rows
        ),
        batch_size=_ROWS,
    )
    votes.delete()
    return len(voters)
