"""Closing a wave: what must be settled first, and what its closing will mean."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count
from django.utils.translation import ngettext

from parvis.accounts.models import Person
from parvis.editions import operations as editions
from parvis.editions.models import Wave
from parvis.foundation.errors import Conflict
from parvis.mystery_audits.enums import SCORED_STATES, UNFINISHED_STATES, ContactState
from parvis.mystery_audits.models import Contact
from parvis.mystery_audits.operations.reviewing import NOT_HANDED_IN


@dataclass(frozen=True, slots=True)
class ClosingSummary:
    """Where the contacts of a wave stand, in numbers of contacts."""

    by_state: dict[str, int]
    # Pairs of a body and a channel tested in the wave of which nothing would count.
    empty_channels: int

    @property
    def total(self) -> int:
        return sum(self.by_state.values())

    @property
    def accepted(self) -> int:
        return self._count(*SCORED_STATES)

    @property
    def cancelled(self) -> int:
        return self._count(ContactState.CANCELLED)

    @property
    def not_handed_in(self) -> int:
        return self._count(*NOT_HANDED_IN)

    @property
    def to_review(self) -> int:
        return self._count(ContactState.SUBMITTED, ContactState.IN_REVIEW)

    @property
    def unfinished(self) -> int:
        return self._count(*UNFINISHED_STATES)

    def _count(self, *states: str) -> int:
        return sum(self.by_state.get(state, 0) for state in states)


def summarise_closing(*, wave: Wave) -> ClosingSummary:
    """What closing the wave now would mean."""
    contacts = Contact.objects.filter(wave=wave).order_by()
    by_state = dict(contacts.values_list("state").annotate(Count("pk")))
    tested = contacts.values("organisation_id", "channel").distinct()
    accepted = contacts.scored().values("organisation_id", "channel").distinct()
    return ClosingSummary(by_state, empty_channels=tested.count() - accepted.count())


@transaction.atomic
def close_wave(*, wave: Wave, by: Person) -> Wave:
    """Close the wave once each of its contacts is accepted or cancelled.

    Raises Conflict with the number of contacts still to settle.
    """
    # The wave's row is what generation and assignment lock too: none can slip in behind the count.
    Wave.objects.select_for_update().get(pk=wave.pk)
    unfinished = Contact.objects.filter(wave=wave).unfinished().count()
    if unfinished:
        raise Conflict(
            ngettext(
                "%d prise de contact n’est ni validée ni annulée : la vague reste ouverte.",
                "%d prises de contact ne sont ni validées ni annulées : la vague reste ouverte.",
                unfinished,
            )
            % unfinished
        )
    return editions.close_wave(wave=wave, by=by)
