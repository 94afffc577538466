"""Codes that people read and type: of a touchpoint, and of a pairing.

Thirty characters that no eye takes for one another (no I, L, O, 0, 1, U): eight of them give
656 billion codes. What is typed is read with mercy: case, spaces and hyphens do not count.
"""

from __future__ import annotations

import hashlib

from parvis.foundation import readable_codes

LENGTH = 8


def new_code() -> str:
    """Eight characters drawn at random."""
    return readable_codes.new_code(LENGTH)


def read_code(typed: str) -> str:
    """The code in what somebody typed, or an empty string when it cannot be one."""
    return readable_codes.read_code(typed, LENGTH)


def code_hash(code: str) -> str:
    """SHA-256 in hexadecimal: what the database keeps of a pairing code."""
    return hashlib.sha256(code.encode()).hexdigest()
