"""Which contacts a wave needs: so many per channel and participant, spread over its working days.

`plan_contacts` computes without writing, so that the operator sees the counts first;
`generate_contacts` writes the same plan. Running it again adds only what is missing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import zip_longest

from django.db import transaction
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.editions.enums import OptionCode, WaveState
from parvis.editions.models import Registration, Wave
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.working_time import is_working_day
from parvis.journal.operations import record
from parvis.mystery_audits.models import Contact, Scenario
from parvis.organisations.models import Organisation, Site
from parvis.questionnaires.enums import Channel

# Per participant and wave (domain.md §3); visits where the option is taken.
DEFAULT_PER_CHANNEL: dict[str, int] = {
    Channel.PHONE: 8,
    Channel.EMAIL: 6,
    Channel.WEBSITE: 1,
    Channel.POST: 3,
    Channel.SOCIAL: 2,
    Channel.VISIT: 2,
}
# Contacts stay a small share of a body's normal volume.
MAX_PER_CHANNEL = 50
# Working days kept at the end of the wave for the reply to come and be entered: the longest limit
# of the channel (5 days by e-mail, 15 by post), and some more to see a late answer.
REPLY_WORKING_DAYS = {Channel.EMAIL: 10, Channel.POST: 20, Channel.SOCIAL: 7}


@dataclass(slots=True)
class ContactPlan:
    """What generating would do. Counts are contacts, by channel."""

    organisations: int = 0
    # Registered, but nobody is confirmed to act for them yet: no contact is made.
    awaiting_mandate: int = 0
    to_create: Counter[str] = field(default_factory=Counter)
    existing: Counter[str] = field(default_factory=Counter)
    # Organisations that do not have the channel, or did not ask for visits, by channel.
    without_channel: Counter[str] = field(default_factory=Counter)
    # Organisations for whose kind no scenario suits, by channel.
    without_scenario: Counter[str] = field(default_factory=Counter)
    contacts: list[Contact] = field(default_factory=list)


def plan_contacts(*, wave: Wave, per_channel: Mapping[str, int]) -> ContactPlan:
    """Work out the contacts missing from a wave, without writing anything.

    Raises Refusal for an unknown channel, a count out of bounds, or a wave without a working day.
    """
    _check_counts(per_channel)
    registrations = list(
        Registration.objects.filter(edition=wave.edition_id)
        .entitled()
        .select_related("organisation")
        .prefetch_related("declared_channels", "ticked_options__option", "declared_sites__site")
        .order_by("organisation_id")
    )
    taking_part = Registration.objects.filter(edition=wave.edition_id).taking_part().count()
    plan = ContactPlan(
        organisations=len(registrations), awaiting_mandate=taking_part - len(registrations)
    )
    existing = set(
        Contact.objects.filter(wave=wave).values_list("organisation_id", "channel", "rank")
    )
    scenarios = _ScenarioDraw(wave)
    calendar = _Calendar(wave)
    for registration in registrations:
        organisation = registration.organisation
        wanted: list[list[Contact]] = []
        for channel, count in per_channel.items():
            if count == 0:
                continue
            sites = _open_sites(registration)
            if not _is_offered(registration, channel, has_site=bool(sites)):
                plan.without_channel[channel] += 1
                continue
            suitable = scenarios.suitable(channel, organisation.kind)
            if not suitable:
                plan.without_scenario[channel] += 1
                continue
            of_channel = []
            for rank in range(1, count + 1):
                turn = scenarios.turn(organisation, rank, count)
                of_channel.append(
                    Contact(
                        organisation=organisation,
                        wave=wave,
                        channel=channel,
                        rank=rank,
                        scenario=suitable[turn % len(suitable)],
                        site=sites[turn % len(sites)] if channel == Channel.VISIT else None,
                    )
                )
            wanted.append(of_channel)
        # One channel after another, so that two calls do not fall on neighbouring days.
        interleaved = [
            contact for turn in zip_longest(*wanted) for contact in turn if contact is not None
        ]
        calendar.spread(organisation, interleaved)
        for contact in interleaved:
            if (organisation.pk, contact.channel, contact.rank) in existing:
                plan.existing[contact.channel] += 1
            else:
                plan.to_create[contact.channel] += 1
                plan.contacts.append(contact)
    return plan


@transaction.atomic
def generate_contacts(
    *, wave: Wave, per_channel: Mapping[str, int], by: Person | None
) -> ContactPlan:
    """Create what `plan_contacts` finds missing; the plan returned says what was created.

    Two generations at the same time create each contact once. Raises Conflict for a closed wave.
    """
    locked = Wave.objects.select_for_update().get(pk=wave.pk)
    if locked.state == WaveState.CLOSED:
        raise Conflict(_("Cette vague est close : plus aucune prise de contact ne s’y ajoute."))
    # A withdrawal holds the row of its registration: it comes before the plan, or finds contacts.
    list(
        Registration.objects.select_for_update()
        .filter(edition=locked.edition_id)
        .order_by("pk")
        .values_list("pk")
    )
    plan = plan_contacts(wave=locked, per_channel=per_channel)
    Contact.objects.bulk_create(plan.contacts, batch_size=500)
    if plan.contacts:
        record(
            action="contacts.generated",
            actor_id=by.pk if by else None,
            subject=wave,
            created=dict(plan.to_create),
            organisations=plan.organisations,
        )
    return plan


def _check_counts(per_channel: Mapping[str, int]) -> None:
    for channel, count in per_channel.items():
        if channel not in Channel.values:
            raise Refusal(_("Canal inconnu « %s ».") % channel, field=str(channel))
        if not 0 <= count <= MAX_PER_CHANNEL:
            raise Refusal(
                _("Prévoyez de 0 à %d prises de contact par canal.") % MAX_PER_CHANNEL,
                field=channel,
            )


def _open_sites(registration: Registration) -> list[Site]:
    return [
        declared.site
        for declared in registration.declared_sites.all()
        if declared.site.closed_at is None
    ]


def _is_offered(registration: Registration, channel: str, *, has_site: bool) -> bool:
    declared = {item.channel: item.exists for item in registration.declared_channels.all()}
    if channel != Channel.VISIT:
        return declared.get(channel, False)
    ticked = {taken.option.code for taken in registration.ticked_options.all()}
    return OptionCode.VISITS in ticked and has_site and declared.get(channel, True)


class _ScenarioDraw:
    """Rotation among the scenarios that suit a kind of body, the same at each run."""

    def __init__(self, wave: Wave) -> None:
        self._wave = wave
        self._by_channel: dict[str, list[Scenario]] = defaultdict(list)
        for scenario in Scenario.objects.filter(retired_at__isnull=True).order_by("code"):
            self._by_channel[scenario.channel].append(scenario)
        self._suitable: dict[tuple[str, str], list[Scenario]] = {}

    def suitable(self, channel: str, kind: str) -> list[Scenario]:
        key = (channel, kind)
        if key not in self._suitable:
            self._suitable[key] = [
                scenario
                for scenario in self._by_channel[channel]
                if not scenario.kinds or kind in scenario.kinds.split(",")
            ]
        return self._suitable[key]

    def turn(self, organisation: Organisation, rank: int, count: int) -> int:
        """Each body starts elsewhere, and the second wave goes on where the first stopped."""
        return organisation.pk + (self._wave.number - 1) * count + rank - 1


class _Calendar:
    """The working days of a wave at a body, and an even spread of its contacts over them."""

    def __init__(self, wave: Wave) -> None:
        self._wave = wave
        self._days: dict[str, list[date]] = {}

    def spread(self, organisation: Organisation, contacts: list[Contact]) -> None:
        days = self._working_days(organisation.departement_code)
        for index, contact in enumerate(contacts):
            kept = REPLY_WORKING_DAYS.get(Channel(contact.channel), 0)
            usable = max(1, len(days) - kept)
            # Bodies start on different days: the panel's load is even too.
            position = (index * usable) // len(contacts) + organisation.pk
            contact.planned_on = days[position % usable]

    def _working_days(self, departement_code: str) -> list[date]:
        if departement_code not in self._days:
            length = (self._wave.ends_on - self._wave.starts_on).days + 1
            self._days[departement_code] = [
                day
                for day in (self._wave.starts_on + timedelta(days=i) for i in range(length))
                if is_working_day(day, departement_code=departement_code)
            ]
        if not self._days[departement_code]:
            raise Refusal(_("Cette vague ne compte aucun jour ouvré."))
        return self._days[departement_code]
