"""Codes that people read and type: of a poll, and of a ballot drawn from a hat.

The same thirty characters as elsewhere in the house, none taken for another. A ballot's code has
twelve: 5 × 10¹⁷ of them, so that guessing one is hopeless whatever the number of agents.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

from parvis.foundation.readable_codes import new_code, read_code

POLL_LENGTH = 10
BALLOT_LENGTH = 12


def new_poll_code() -> str:
    return new_code(POLL_LENGTH)


def read_poll_code(typed: str) -> str:
    """The code in what an address holds, however it is written; no database is asked for a NUL."""
    return "".join(typed.replace("\x00", "").upper().replace("-", "").split())


def read_ballot_code(typed: str) -> str:
    """The code in what somebody typed, or an empty string when it cannot be one."""
    return read_code(typed, BALLOT_LENGTH)


def token_of_code(poll: UUID, code: str) -> str:
    """What the box and the list of printed codes know of a code: a hash, with its poll."""
    return _hash(b"code", poll, code.encode())


def token_of_message(poll: UUID, message: bytes) -> str:
    """What the box knows of a message that was signed blind: a hash, with its poll."""
    return _hash(b"message", poll, message)


def _hash(kind: bytes, poll: UUID, content: bytes) -> str:
    return hashlib.sha256(b"parvis staff poll %b\n%b\n%b" % (kind, poll.bytes, content)).hexdigest()
