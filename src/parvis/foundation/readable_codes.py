"""Codes that people read and type, whatever they open.

Thirty characters that no eye takes for one another (no I, L, O, 0, 1, U). What is typed is read
with mercy: case, spaces and hyphens do not count.
"""

from __future__ import annotations

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUP = 4


def new_code(length: int) -> str:
    """Characters drawn at random: five bits and a little less each."""
    return "".join(secrets.choice(ALPHABET) for _sign in range(length))


def in_groups(code: str) -> str:
    """ "ABCD-EFGH-JKMN": as a code is printed."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def read_code(typed: str, length: int) -> str:
    """The code in what somebody typed, or an empty string when it cannot be one."""
    code = "".join(typed.upper().replace("-", "").split())
    return code if len(code) == length and set(code) <= set(ALPHABET) else ""
