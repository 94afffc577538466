"""Locks of the room, in their order: the consultation, the phase, then anything of it.

Votes and contributions share the lock of their phase; closing it takes it alone. On SQLite there is
one writer, so a transaction that has begun to write holds everything.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.consultations.enums import ConsultationState
from parvis.consultations.models import Consultation, Contribution, Phase
from parvis.consultations.permissions.public import may_take_part
from parvis.foundation.errors import Conflict
from parvis.foundation.permissions import Denied

# First key of PostgreSQL's advisory locks of phases; the second is the phase's own key.
_PHASES = 0x50_43_50_48


def hold_consultation(consultation: Consultation) -> Consultation:
    """The consultation as it is now, locked until the end of the transaction."""
    held: Consultation = (
        Consultation.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .get(pk=consultation.pk)
    )
    return held


def hold_enterable(consultation: Consultation) -> Consultation:
    """The same, while who may enter it still changes; raise `Conflict` afterwards."""
    held = hold_consultation(consultation)
    if held.state not in (ConsultationState.DRAFT, ConsultationState.OPEN):
        raise Conflict(_("Cette consultation est close : qui peut y entrer ne change plus."))
    return held


def hold_phase(phase: Phase) -> Phase:
    """The phase as it is now, locked alone: waits for votes under way, and goes before others."""
    _lock(phase.pk, shared=False)
    return _current(phase.pk)


def share_phase(phase: Phase) -> Phase:
    """The phase as it is now, shared, whether it takes anything or not."""
    _lock(phase.pk, shared=True)
    return _current(phase.pk)


def share_running(phase: Phase) -> Phase:
    """The phase as it is now, shared; raise `Conflict` when it takes nothing at this instant."""
    _lock(phase.pk, shared=True)
    held = _current(phase.pk)
    decision = may_take_part(held, timezone.now())
    if isinstance(decision, Denied):
        raise Conflict(decision.reason)
    return held


def hold_contribution(contribution: Contribution) -> Contribution:
    """The contribution as it is now, locked; its phase is shared or held before."""
    held: Contribution = (
        Contribution.objects.select_for_update(of=("self",))
        .select_related("phase__consultation")
        .get(pk=contribution.pk)
    )
    return held


def hold_contributions(keys: Iterable[int]) -> dict[int, Contribution]:
    """Contributions as they are now, locked by increasing key; those that do not exist left out."""
    rows = (
        Contribution.objects.select_for_update(of=("self",))
        .select_related("phase__consultation", "author")
        .filter(pk__in=set(keys))
        .order_by("pk")
    )
    return {row.pk: row for row in rows}


def _current(pk: int) -> Phase:
    held: Phase = Phase.objects.select_related("consultation__organisation").get(pk=pk)
    return held


def _lock(pk: int, *, shared: bool) -> None:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        suffix = "_shared" if shared else ""
        cursor.execute(f"SELECT pg_advisory_xact_lock{suffix}(%s, %s)", [_PHASES, pk])
