"""The code of a session, and the tokens that devices make."""

from __future__ import annotations

import hashlib
import re
import secrets

from parvis.foundation.readable_codes import ALPHABET, new_code
from parvis.staff_polls.codes import read_poll_code

CODE_LENGTH = 6
SECRET_BYTES = 16
# What a presence is a token of, where a ballot has the number of its round.
ENTRANCE = 0
_TOKEN = re.compile(r"[0-9a-f]{64}")
_SECRET = re.compile(rf"[0-9a-f]{{{2 * SECRET_BYTES}}}")


def new_session_code() -> str:
    return new_code(CODE_LENGTH)


def read_session_code(typed: str) -> str:
    """The code in what an address or a field holds, however it is written."""
    return read_poll_code(typed)[:40]


def is_session_code(code: str) -> bool:
    """Whether a code, once read, may be that of a session: nothing is looked for otherwise."""
    return len(code) == CODE_LENGTH and set(code) <= set(ALPHABET)


def new_secret() -> str:
    """What a device without scripts is given to hold in its form, and nothing else keeps."""
    return secrets.token_hex(SECRET_BYTES)


def is_secret(sent: str) -> bool:
    return bool(_SECRET.fullmatch(sent))


def is_token(sent: object) -> bool:
    return isinstance(sent, str) and bool(_TOKEN.fullmatch(sent))


def token_of(secret: str, *, code: str, number: int) -> str:
    """The token of a device for a round of a session; `ENTRANCE` for its presence.

    `static/live_sessions/token.js` makes the same: a hash, so that the tokens of one device for
    two rounds have nothing in common for who does not hold its secret.
    """
    return hashlib.sha256(f"parvis live session\n{code}\n{number}\n{secret}".encode()).hexdigest()
