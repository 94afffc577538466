"""Who tests what: assigning contacts to the panel, by hand or evenly, and taking them back.

Rotation is a rule of the trade (domain.md §5): another person in the other wave for the same body
and channel, where the panel allows; visits by people of the département. Nobody tests a body they
act for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.editions.enums import WaveState
from parvis.editions.models import Wave
from parvis.foundation.errors import Conflict, Refusal
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.models import Contact, MysteryCitizen
from parvis.mystery_audits.operations.transitions import BATCH, transition_all
from parvis.mystery_audits.querysets import ContactQuerySet
from parvis.organisations.enums import MandateState
from parvis.organisations.models import Mandate
from parvis.questionnaires.enums import Channel

_BINDING = (MandateState.REQUESTED, MandateState.CONFIRMED)


@dataclass(slots=True)
class AssignmentPlan:
    """What assigning would do, contact numbers by mystery citizen, and what stands in the way."""

    shares: dict[MysteryCitizen, list[int]] = field(default_factory=dict)
    # Same person as in another wave for the same body and channel: allowed, better avoided.
    repeated: int = 0
    # Visits outside the person's département: allowed by hand, never chosen by the software.
    far_away: int = 0
    # Contacts for which nobody on the panel is suitable, or that cannot be given to the person.
    impossible: int = 0

    @property
    def total(self) -> int:
        return sum(len(numbers) for numbers in self.shares.values())

    @property
    def smallest_share(self) -> int:
        return min((len(numbers) for numbers in self.shares.values()), default=0)

    @property
    def largest_share(self) -> int:
        return max((len(numbers) for numbers in self.shares.values()), default=0)


def plan_assignment(
    *, contacts: ContactQuerySet, mystery_citizen: MysteryCitizen
) -> AssignmentPlan:
    """What giving these contacts to one person would do, without writing anything.

    Only planned contacts are given; others, and those of a body the person acts for, count as
    impossible.
    """
    facts = _PanelFacts([mystery_citizen])
    plan = AssignmentPlan(shares={mystery_citizen: []})
    for contact in contacts.select_related("organisation").order_by("pk"):
        if contact.state != ContactState.PLANNED or facts.acts_for(
            mystery_citizen, contact.organisation_id
        ):
            plan.impossible += 1
            continue
        plan.shares[mystery_citizen].append(contact.pk)
        plan.repeated += facts.tested_before(mystery_citizen, contact)
        plan.far_away += not _is_near(mystery_citizen, contact)
    return plan


@transaction.atomic
def assign(
    *, contacts: ContactQuerySet, mystery_citizen: MysteryCitizen, by: Person | None
) -> AssignmentPlan:
    """Give planned contacts to one person; raises Refusal when none of them can be given."""
    citizen = MysteryCitizen.objects.select_for_update().get(pk=mystery_citizen.pk)
    if citizen.left_at is not None:
        raise Conflict(_("%s a quitté le panel.") % citizen.code_name)
    _refuse_closed_waves(contacts)
    plan = plan_assignment(contacts=contacts, mystery_citizen=citizen)
    if not plan.total:
        raise Refusal(
            _("Aucune de ces prises de contact ne peut être confiée à %s.") % citizen.code_name
        )
    _write(plan, by)
    return plan


def plan_even_assignment(*, wave: Wave) -> AssignmentPlan:
    """Share the planned contacts of a wave evenly among the panel, without writing anything.

    In the order of the planned days, each contact goes to the suitable person who did not test the
    same body and channel in another wave, then to the one with the fewest contacts of that body,
    then with the fewest in all: the same panel and contacts give the same shares.
    """
    citizens = list(MysteryCitizen.objects.filter(left_at__isnull=True).order_by("code_name"))
    facts = _PanelFacts(citizens)
    load: Counter[int] = Counter(
        Contact.objects.filter(wave=wave, mystery_citizen__in=citizens)
        .exclude(state=ContactState.CANCELLED)
        .values_list("mystery_citizen_id", flat=True)
    )
    at_body: Counter[tuple[int, int]] = Counter(
        Contact.objects.filter(wave=wave, mystery_citizen__in=citizens).values_list(
            "mystery_citizen_id", "organisation_id"
        )
    )
    plan = AssignmentPlan()
    planned = (
        Contact.objects.filter(wave=wave, state=ContactState.PLANNED)
        .select_related("organisation")
        .order_by("planned_on", "organisation_id", "channel", "rank")
    )
    for contact in planned:
        suitable = [
            citizen
            for citizen in citizens
            if _is_near(citizen, contact) and not facts.acts_for(citizen, contact.organisation_id)
        ]
        if not suitable:
            plan.impossible += 1
            continue
        chosen = min(
            suitable,
            key=lambda citizen: (
                facts.tested_before(citizen, contact),
                at_body[citizen.pk, contact.organisation_id],
                load[citizen.pk],
                citizen.pk,
            ),
        )
        plan.repeated += facts.tested_before(chosen, contact)
        plan.shares.setdefault(chosen, []).append(contact.pk)
        load[chosen.pk] += 1
        at_body[chosen.pk, contact.organisation_id] += 1
    return plan


@transaction.atomic
def assign_evenly(*, wave: Wave, by: Person | None) -> AssignmentPlan:
    """Write the shares of `plan_even_assignment`, worked out again on locked rows."""
    locked = Wave.objects.select_for_update().get(pk=wave.pk)
    if locked.state == WaveState.CLOSED:
        raise Conflict(_("Cette vague est close : ses prises de contact ne s’attribuent plus."))
    # Who leaves the panel holds their row: they are gone before the plan, or leave with its share.
    list(MysteryCitizen.objects.select_for_update().filter(left_at__isnull=True).order_by("pk"))
    plan = plan_even_assignment(wave=locked)
    _write(plan, by)
    return plan


@transaction.atomic
def unassign(*, contacts: ContactQuerySet, by: Person | None) -> int:
    """Take back contacts nobody has begun; returns how many. Raises Conflict for the others."""
    return transition_all(
        contacts=contacts, to_state=ContactState.PLANNED, by=by, mystery_citizen=None
    )


def _write(plan: AssignmentPlan, by: Person | None) -> None:
    for citizen, numbers in plan.shares.items():
        for start in range(0, len(numbers), BATCH):
            transition_all(
                contacts=Contact.objects.filter(pk__in=numbers[start : start + BATCH]),
                to_state=ContactState.ASSIGNED,
                by=by,
                mystery_citizen=citizen,
            )


def _refuse_closed_waves(contacts: ContactQuerySet) -> None:
    if contacts.filter(wave__state=WaveState.CLOSED).exists():
        raise Conflict(_("Cette vague est close : ses prises de contact ne s’attribuent plus."))


def _is_near(citizen: MysteryCitizen, contact: Contact) -> bool:
    """Distance matters for visits alone; a person without a département goes anywhere."""
    return (
        contact.channel != Channel.VISIT
        or not citizen.departement_code
        or citizen.departement_code == contact.organisation.departement_code
    )


class _PanelFacts:
    """What the panel did in the other waves, and the bodies its members act for."""

    def __init__(self, citizens: Iterable[MysteryCitizen]) -> None:
        citizens = list(citizens)
        self._waves: dict[tuple[int, int, str], set[int]] = defaultdict(set)
        for citizen, organisation, channel, wave in (
            Contact.objects.filter(mystery_citizen__in=citizens)
            .exclude(state=ContactState.CANCELLED)
            .order_by()
            .values_list("mystery_citizen_id", "organisation_id", "channel", "wave_id")
            .distinct()
        ):
            self._waves[citizen, organisation, channel].add(wave)
        self._mandates = set(
            Mandate.objects.filter(
                person__mystery_citizen__in=citizens, state__in=_BINDING
            ).values_list("person_id", "organisation_id")
        )

    def acts_for(self, citizen: MysteryCitizen, organisation_id: int) -> bool:
        return (citizen.person_id, organisation_id) in self._mandates

    def tested_before(self, citizen: MysteryCitizen, contact: Contact) -> bool:
        waves = self._waves.get((citizen.pk, contact.organisation_id, contact.channel), set())
        return bool(waves - {contact.wave_id})
