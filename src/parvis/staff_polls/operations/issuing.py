"""Giving an agent one token, signed blind: the server never sees it.

The blinded message says nothing of the token it becomes (RFC 9474 §7): its hash may stay on the
roll, so that a signature lost on its way is given again, and no second one is.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.foundation.blind_signatures import UnfitBlindedMessage
from parvis.staff_polls import keys
from parvis.staff_polls.models import EligibleAgent, StaffPoll
from parvis.staff_polls.operations.holding import check_open, find, hold_open
from parvis.staff_polls.refusals import Collected, PollRefusal, unknown_invitation


@dataclass(frozen=True, slots=True)
class InvitedGroup:
    """Whose key signs the agent's token: what the device needs before it blinds a message."""

    number: int
    public_key: bytes  # SubjectPublicKeyInfo, DER


@dataclass(frozen=True, slots=True)
class IssuedToken:
    group: int
    signature: bytes


def invited_group(*, poll_code: str, invitation: str) -> InvitedGroup:
    """The group of an invitation; changes nothing. Raise `PollRefusal`."""
    with scopes_disabled():
        poll = find(poll_code)
        check_open(poll)
        group = _agent(poll, invitation, lock=False).group
        return InvitedGroup(group.number, bytes(group.public_key))


def issue_token(*, poll_code: str, invitation: str, blinded: bytes) -> IssuedToken:
    """Sign a blinded message, once an agent; the same message again is signed again.

    Raise `PollRefusal`: unknown invitation, token already collected with another message, poll
    not open, or a message that no honest device blinds.
    """
    with scopes_disabled():
        poll = find(poll_code)
        check_open(poll)
        agent = _agent(poll, invitation, lock=False)
        digest = hashlib.sha256(blinded).hexdigest()
        if agent.blinded_hash not in ("", digest):
            raise Collected
        try:
            # Before anything is locked: it takes longer than all the rest. A signature that is not
            # given out is worth nothing.
            signature = keys.sign(agent.group, blinded)
        except UnfitBlindedMessage as error:
            raise PollRefusal(_("Cette demande de bulletin n’est pas lisible.")) from error
        with transaction.atomic():
            hold_open(poll)
            agent = _agent(poll, invitation, lock=True)
            if agent.blinded_hash not in ("", digest):
                raise Collected
            if not agent.blinded_hash:
                agent.blinded_hash = digest
                agent.save(update_fields=["blinded_hash"])
        return IssuedToken(agent.group.number, signature)


def _agent(poll: StaffPoll, invitation: str, *, lock: bool) -> EligibleAgent:
    number = keys.invited(poll, invitation)
    agents = EligibleAgent.objects.select_related("group", "group__poll")
    if lock:
        agents = agents.select_for_update(of=("self",))
    agent: EligibleAgent | None = agents.filter(poll=poll, pk=number).first() if number else None
    if agent is None:
        raise unknown_invitation()
    return agent
