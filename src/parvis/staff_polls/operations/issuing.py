"""Giving an agent one token, signed blind: the server never sees it.

The blinded message says nothing of the token it becomes (RFC 9474 §7): its hash may stay on the
roll, so that a signature lost on its way is given again, and no second one is.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID

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


@dataclass(frozen=True, slots=True)
class _Agent:
    """What is read of the roll for an invitation: no more, since each token waits for it."""

    number: UUID
    # Empty = no token collected.
    blinded_hash: str
    group: InvitedGroup


def invited_group(*, poll_code: str, invitation: str) -> InvitedGroup:
    """The group of an invitation; changes nothing. Raise `PollRefusal`."""
    with scopes_disabled():
        poll = find(poll_code)
        check_open(poll)
        return _agent(poll, invitation).group


def issue_token(*, poll_code: str, invitation: str, blinded: bytes) -> IssuedToken:
    """Sign a blinded message, once an agent; the same message again is signed again.

    Raise `PollRefusal`: unknown invitation, token already collected with another message, poll
    not open, or a message that no honest device blinds.
    """
    with scopes_disabled():
        poll = find(poll_code)
        check_open(poll)
        agent = _agent(poll, invitation)
        digest = hashlib.sha256(blinded).hexdigest()
        if agent.blinded_hash not in ("", digest):
            raise Collected
        try:
            # Before anything is locked: it takes longer than all the rest. A signature that is not
            # given out is worth nothing.
            signature = keys.sign(poll, agent.group.number, blinded)
        except UnfitBlindedMessage as error:
            raise PollRefusal(_("Cette demande de bulletin n’est pas lisible.")) from error
        with transaction.atomic():
            hold_open(poll)
            _collect(poll, agent, digest)
        return IssuedToken(agent.group.number, signature)


def _agent(poll: StaffPoll, invitation: str) -> _Agent:
    number = keys.invited(poll, invitation)
    if number is None:
        raise unknown_invitation()
    try:
        blinded_hash, group, public_key = EligibleAgent.objects.values_list(
            "blinded_hash", "group__number", "group__public_key"
        ).get(poll_id=poll.pk, pk=number)
    except EligibleAgent.DoesNotExist:
        raise unknown_invitation() from None
    return _Agent(number, blinded_hash, InvitedGroup(group, bytes(public_key)))


def _collect(poll: StaffPoll, agent: _Agent, digest: str) -> None:
    """Note that the agent has a token of this message; raise `Collected` if it is of another.

    One statement: of two messages that arrive at once, the second finds the first.
    """
    own = EligibleAgent.objects.filter(poll_id=poll.pk, pk=agent.number)
    if own.filter(blinded_hash="").update(blinded_hash=digest):
        return
    if not own.filter(blinded_hash=digest).exists():
        raise Collected
