"""Codes that people read and type: of a touchpoint, and of a pairing.

Thirty characters that no eye takes for one another (no I, L, O, 0, 1, U): eight of them give
656 billion codes. What is typed is read with mercy: case, spaces and hyphens do not count.
"""

from __future__ import annotations

import hashlib
import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8


def new_code() -> str:
    """Eight characters drawn at random."""
    return "".join(secrets.choice(ALPHABET) for _rank in range(LENGTH))


def in_groups(code: str) -> str:
    """ "ABCD-EFGH": as a code is shown to be typed."""
    return f"{code[:4]}-{code[4:]}"


def read_code(typed: str) -> str:
    """The code in what somebody typed, or an empty string when it cannot be one."""
    code = "".join(typed.upper().replace("-", "").split())
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""


def code_hash(code: str) -> str:
    """SHA-256 in hexadecimal: what the database keeps of a pairing code."""
    return hashlib.sha256(code.encode()).hexdigest()
