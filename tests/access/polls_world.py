"""What each tenant of the world owns in staff polls, marked like the rest of it.

Public by nature, hence without a canary: the title, the cards and the services of a poll that is
open, for whoever has its address. What is being prepared, and who may vote, are its coordinators'.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from parvis.editions.enums import OptionCode
from parvis.editions.models import Option, Registration, RegistrationOption
from parvis.organisations.models import Organisation
from parvis.staff_polls.models import EligibleAgent, PollGroup, StaffPoll
from parvis.staff_polls.tests.factories import PollGroupFactory, StaffPollFactory, every_kind
from parvis.staff_polls.tests.voting import open_poll

# Ends of the canaries below: what the coordinators of the body read, and nobody else at all.
PRIVATE_POLL_WORDS = ("sondage", "carte", "service", "agent")


@dataclass
class PollRows:
    """Polls in each state that a page tells apart."""

    # Ready to be launched: two groups, one of them with agents by mail.
    draft: StaffPoll
    group: PollGroup
    agent: EligibleAgent
    # Another draft, to be thrown away.
    spare: StaffPoll
    # With its keys; its first group has printed codes to draw.
    running: StaffPoll


def build_polls(mark: str, body: Organisation, registration: Registration) -> PollRows:
    def canary(what: str) -> str:
        return f"CANARI-{mark}-{what}"

    option = Option.objects.get(edition=registration.edition, code=OptionCode.STAFF_POLL)
    RegistrationOption.objects.create(registration=registration, option=option, price_cents=0)
    document = every_kind()
    document["cards"][0]["text"] = canary("carte")
    draft = StaffPollFactory(
        organisation=body,
        title=canary("sondage"),
        document=document,
        closes_at=timezone.now() + timedelta(days=20),
    )
    group = PollGroupFactory(poll=draft, number=1, name=canary("service"), printed_codes=12)
    PollGroupFactory(poll=draft, number=2, name=canary("service-deux"), printed_codes=12)
    agent = EligibleAgent.objects.create(
        organisation=body,
        poll=draft,
        group=group,
        email=f"{canary('agent').lower()}@exemple.invalid",
    )
    running = open_poll(12, 12, printed=12, organisation=body, title=f"Notre accueil {mark}")
    for service in PollGroup.objects.filter(poll=running):
        PollGroup.objects.filter(pk=service.pk).update(name=f"Service {mark} {service.number}")
    voter = EligibleAgent.objects.filter(poll=running)[:1]
    EligibleAgent.objects.filter(pk__in=voter).update(
        email=f"{canary('agent-invite').lower()}@exemple.invalid"
    )
    made = PollRows(
        draft=draft,
        group=group,
        agent=agent,
        spare=StaffPollFactory(organisation=body, title=canary("sondage-essai")),
        running=running,
    )
    # Nothing of this is to be done again by a worker.
    DBTaskResult.objects.all().delete()
    return made
