"""Closing a wave: what must be settled first, and what its closing will mean."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
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
from parvis.questionnaires.enums import Channel


@dataclass(frozen=True, slots=True)
class Progress:
    """Where contacts stand: how many of them in each state."""

    by_state: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.by_state.values())

    @property
    def accepted(self) -> int:
        return self._count(*SCORED_STATES)

    @property
    def planned(self) -> int:
        return self._count(ContactState.PLANNED)

    @property
    def in_field(self) -> int:
        return self._count(ContactState.ASSIGNED, ContactState.IN_PROGRESS, ContactState.RETURNED)

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


def progress_by_channel(*, wave: Wave) -> dict[Channel, Progress]:
    """Where the contacts of each channel of the wave stand; channels without any are left out."""
    rows = Contact.objects.filter(wave=wave).order_by().values_list("channel", "state")
    counted: dict[str, dict[str, int]] = defaultdict(dict)
    for channel, state, count in rows.annotate(Count("pk")):
        counted[channel][state] = count
    return {channel: Progress(counted[channel]) for channel in Channel if channel in counted}


def progress_of(*, wave: Wave) -> Progress:
    """Where the contacts of the wave stand, all channels together."""
    return in_all(progress_by_channel(wave=wave).values())


def in_all(parts: Iterable[Progress]) -> Progress:
    """Several progresses as one."""
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part.by_state)
    return Progress(total)


def count_empty_channels(*, wave: Wave) -> int:
    """Pairs of a body and a channel tested in the wave of which nothing would count."""
    contacts = Contact.objects.filter(wave=wave).order_by()
    tested = contacts.values("organisation_id", "channel").distinct()
    accepted = contacts.scored().values("organisation_id", "channel").distinct()
    return tested.count() - accepted.count()


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
                "%d prise de contact n’est ni validée ni annulée : la vague reste ouverte.",
                "%d prises de contact ne sont ni validées ni annulées : la vague reste ouverte.",
                unfinished,
            )
            % unfinished
        )
    return editions.close_wave(wave=wave, by=by)
