"""Opening polls and voting in them as agents' devices do, for the tests of this room and above."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.foundation.drawn_codes import SEED_BYTES
from parvis.foundation.tests.blind_client import BlindClient, Blinded
from parvis.staff_polls import keys
from parvis.staff_polls.codes import token_of_code
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.models import Ballot, EligibleAgent, PollGroup, PrintedCode, StaffPoll
from parvis.staff_polls.operations.casting import cast_ballot, written
from parvis.staff_polls.operations.issuing import invited_group, issue_token
from parvis.staff_polls.operations.launching import make_ready
from parvis.staff_polls.printed_sheets import codes_of
from parvis.staff_polls.tests.factories import PollGroupFactory, StaffPollFactory


@dataclass(frozen=True, slots=True)
class Held:
    """What an agent's device holds once it has collected: nothing of the agent."""

    group: int
    message: bytes
    signature: bytes


def open_poll(*sizes: int, printed: int = 0, **kwargs: Any) -> StaffPoll:
    """An open poll with so many agents by mail in each group, and printed codes in the first."""
    with scopes_disabled():
        now = timezone.now()
        poll = StaffPollFactory(
            state=PollState.PREPARING,
            launched_at=now,
            closes_at=now + timedelta(days=7),
            **kwargs,
        )
        for rank, size in enumerate(sizes):
            own = printed if rank == 0 else 0
            group = PollGroupFactory(
                poll=poll, number=rank + 1, printed_codes=own, eligible=size + own
            )
            EligibleAgent.objects.bulk_create(
                EligibleAgent(
                    organisation=poll.organisation,
                    poll=poll,
                    group=group,
                    email=f"agent{number}@service{rank + 1}.example",
                )
                for number in range(size)
            )
        make_ready(poll=poll)
        poll.refresh_from_db()
    return poll


def agents_of(poll: StaffPoll, group: int | None = None) -> list[EligibleAgent]:
    with scopes_disabled():
        agents = EligibleAgent.objects.filter(poll=poll).select_related("poll").order_by("email")
        return list(agents.filter(group__number=group) if group else agents)


def prepare(agent: EligibleAgent) -> tuple[BlindClient, Blinded, str]:
    """The device, what it keeps, and the invitation it shows."""
    with scopes_disabled():
        invitation = keys.invitation(agent)
        group = invited_group(poll_code=agent.poll.code, invitation=invitation)
    client = BlindClient(group.public_key)
    return client, client.prepare(secrets.token_bytes(32)), invitation


def collect(agent: EligibleAgent) -> Held:
    client, kept, invitation = prepare(agent)
    issued = issue_token(poll_code=agent.poll.code, invitation=invitation, blinded=kept.blinded)
    return Held(issued.group, kept.message, client.finalize(kept, issued.signature))


def cast(poll: StaffPoll, held: Held, answers: Any) -> None:
    cast_ballot(
        poll_code=poll.code,
        group=held.group,
        message=held.message,
        signature=held.signature,
        answers=answers,
    )


def printed_codes(poll: StaffPoll, number: int) -> list[str]:
    """So many codes of the first group, as a sheet shows them."""
    with scopes_disabled():
        group = PollGroup.objects.get(poll=poll, number=1)
        codes = codes_of(secrets.token_bytes(SEED_BYTES), poll, group, number)
        PrintedCode.objects.bulk_create(
            PrintedCode(
                token=token_of_code(poll.reference, code),
                organisation=poll.organisation,
                poll=poll,
                group=group,
            )
            for code in codes
        )
    return codes


def put(poll: StaffPoll, group: int, answers: dict[str, Any]) -> str:
    """A ballot laid in the box without the exchange that gives a token; returns its token."""
    token = secrets.token_hex(32)
    with scopes_disabled():
        Ballot.objects.create(
            token=token,
            organisation=poll.organisation,
            poll=poll,
            group=PollGroup.objects.get(poll=poll, number=group),
            sealed=keys.seal(poll, written(answers), token=token),
        )
    return token
