"""What tests of a poll being prepared share: who prepares it, the fields of its composer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parvis.accounts.tests.factories import sign_in
from parvis.editions.enums import OptionCode
from parvis.editions.models import Option, Registration, RegistrationOption
from parvis.editions.tests.factories import RegistrationFactory
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.models import EligibleAgent, PollGroup, StaffPoll
from parvis.staff_polls.tests.factories import PollGroupFactory, StaffPollFactory

FORM = "application/x-www-form-urlencoded"


def tick_option(registration: Registration) -> None:
    option = Option.objects.get(edition=registration.edition, code=OptionCode.STAFF_POLL)
    RegistrationOption.objects.create(registration=registration, option=option, price_cents=0)


def registration_with_option() -> Registration:
    made = RegistrationFactory(confirmed=True)
    tick_option(made)
    return made


def coordinator(registration: Registration) -> Client:
    return sign_in(Client(), registration.submitted_by)


def page(name: str, *args: Any) -> str:
    return reverse(f"staff_polls:{name}", args=args)


def add_agents_by_mail(group: PollGroup, count: int, mark: str = "agent") -> None:
    EligibleAgent.objects.bulk_create(
        EligibleAgent(
            organisation_id=group.organisation_id,
            poll=group.poll,
            group=group,
            email=f"{mark}-{rank}-{group.number}@exemple.fr",
        )
        for rank in range(count)
    )


def ready_poll(registration: Registration, **fields: Any) -> StaffPoll:
    """A draft with all that a launch asks for: two groups of twelve agents, one of them printed."""
    poll = StaffPollFactory(
        organisation=registration.organisation,
        **{"closes_at": timezone.now() + timedelta(days=14), **fields},
    )
    first = PollGroupFactory(poll=poll, number=1, name="État civil")
    PollGroupFactory(poll=poll, number=2, name="Voirie", printed_codes=12)
    add_agents_by_mail(first, 12)
    return poll


def opened(poll: StaffPoll) -> StaffPoll:
    """The poll as a launch leaves it, without its keys."""
    poll.state, poll.launched_at = PollState.OPEN, timezone.now()
    poll.save()
    PollGroup.objects.filter(poll=poll).update(eligible=12)
    return poll


def form_fields(document: Mapping[str, Any]) -> dict[str, str]:
    """The fields of the composer for a document."""
    fields = {}
    for number, card in enumerate(document["cards"]):
        for name, value in card.items():
            if name != "options":
                fields[f"cards.{number}.{name}"] = value
        for rank, option in enumerate(card.get("options", [])):
            fields[f"cards.{number}.options.{rank}.code"] = str(option["code"])
            fields[f"cards.{number}.options.{rank}.text"] = option["text"]
    return fields


def as_form(document: Mapping[str, Any], **more: str) -> str:
    """The same as a browser sends them, with other fields."""
    query = QueryDict(mutable=True)
    query.update(form_fields(document) | more)
    return query.urlencode()
