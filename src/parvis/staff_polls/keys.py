"""The keys of a poll, held apart from the database and its backups until the poll closes.

One key opens the box, one a group signs tokens blind, one makes invitations. All of them are
destroyed at the close: what a backup holds of a closed poll can then be opened by nobody, and no
token can be made any more.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from parvis.foundation import keys_apart, sealed_box
from parvis.foundation.blind_signatures import BlindSigner, new_private_key
from parvis.staff_polls.models import EligibleAgent, PollGroup, StaffPoll

INVITATION_BYTES = 16
_HEX = 2
_INVITATION_LENGTH = _HEX * (16 + INVITATION_BYTES)


def make_box(poll: StaffPoll) -> bytes:
    """The public key of the box, made at the first call; later calls return the same."""
    held = _held(_name(poll, "box"), lambda: b"".join(sealed_box.new_box()))
    return held[sealed_box.KEY_BYTES :]


def make_group(group: PollGroup) -> bytes:
    """The public key that checks the tokens of a group, made at the first call."""
    name = _name(group.poll, f"group-{group.number}")
    return BlindSigner(_held(name, new_private_key)).public_key


def make_invitations(poll: StaffPoll) -> None:
    """The key of the invitations, made at the first call."""
    _held(_name(poll, "invitations"), lambda: secrets.token_bytes(32))


def destroy(poll: StaffPoll) -> None:
    """Destroy all of them; a second call finds nothing and does nothing."""
    for number in poll.groups.values_list("number", flat=True):
        keys_apart.destroy(_name(poll, f"group-{number}"))
    for use in ("invitations", "box"):
        keys_apart.destroy(_name(poll, use))


def are_held(poll: StaffPoll) -> bool:
    """Whether the key that opens the box is on this machine."""
    return keys_apart.exists(_name(poll, "box"))


def seal(poll: StaffPoll, plaintext: bytes, *, token: str) -> bytes:
    """Seal answers for the box; only as the ballot of this token can they be opened."""
    return sealed_box.seal(bytes(poll.box_public_key), plaintext, associated=_bound(poll, token))


class Box:
    """The opened box: hold it while ballots are counted, no longer."""

    def __init__(self, poll: StaffPoll) -> None:
        """Raises `KeyMissing` where the key is not on this machine."""
        self._poll = poll
        private = keys_apart.read(_name(poll, "box"))[: sealed_box.KEY_BYTES]
        self._opener = sealed_box.Opener(private)

    def open(self, sealed: bytes, *, token: str) -> bytes:
        """What was sealed; raises `SealedBoxError` for anything else."""
        return self._opener.open(sealed, associated=_bound(self._poll, token))


def sign(poll: StaffPoll, group: int, blinded: bytes) -> bytes:
    """The blind signature of a group, by its number; raises `UnfitBlindedMessage`, `KeyMissing`."""
    return BlindSigner(keys_apart.read(_name(poll, f"group-{group}"))).sign(blinded)


def invitation(agent: EligibleAgent) -> str:
    """What the mail to an agent bears after the `#`: made again for a reminder, stored nowhere."""
    key = keys_apart.read(_name(agent.poll, "invitations"))
    return f"{agent.pk.hex}{_mac(key, agent.pk)}"


def invited(poll: StaffPoll, typed: str) -> UUID | None:
    """The number of the agent whose invitation this is, or None; raises `KeyMissing`."""
    if len(typed) != _INVITATION_LENGTH:
        return None
    try:
        number = UUID(hex=typed[:32])
    except ValueError:
        return None
    key = keys_apart.read(_name(poll, "invitations"))
    expected = f"{number.hex}{_mac(key, number)}"
    return number if hmac.compare_digest(expected.encode(), typed.lower().encode()) else None


def _held(name: str, make: Callable[[], bytes]) -> bytes:
    """The key of that name, made if it is not there; two workers at once get the same."""
    if not keys_apart.exists(name):
        with suppress(keys_apart.KeyExists):
            keys_apart.write(name, make())
    return keys_apart.read(name)


def _mac(key: bytes, number: UUID) -> str:
    return hmac.new(key, number.bytes, hashlib.sha256).digest()[:INVITATION_BYTES].hex()


def _name(poll: StaffPoll, use: str) -> str:
    return f"{poll.keys_name}-{use}"


def _bound(poll: StaffPoll, token: str) -> bytes:
    return b"staff poll" + poll.reference.bytes + token.encode("ascii")
