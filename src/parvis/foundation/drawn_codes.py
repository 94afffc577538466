"""Codes to print, drawn from a seed that only the form of a page holds.

The seed is in the form, the codes in the PDF that the form gives: the database has hashes alone.
The same form sent again, after a cut or by a double click, draws the same codes and gives the same
PDF.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator

from parvis.foundation.readable_codes import ALPHABET

SEED_BYTES = 32


def new_seed() -> str:
    """A seed as a form holds it, hexadecimal."""
    return secrets.token_hex(SEED_BYTES)


def read_seed(sent: str) -> bytes | None:
    """The seed in what a form sent; None when it is none of ours."""
    if not sent.isascii():
        return None
    try:
        seed = bytes.fromhex(sent)
    except ValueError:
        return None
    # Blanks are read as no byte: a short seed would draw codes that anybody may draw.
    return seed if len(seed) == SEED_BYTES else None


def drawn_codes(seed: bytes, name: bytes, *, length: int, count: int) -> list[str]:
    """`count` different codes of `length` characters, in the order of the slips.

    The same for the same arguments; codes of another `name` cannot be told from them.
    """
    letters = _letters(hmac.digest(seed, name, hashlib.sha256))
    codes: dict[str, None] = {}
    while len(codes) < count:
        codes["".join(next(letters) for _rank in range(length))] = None
    return list(codes)


def _letters(key: bytes) -> Iterator[str]:
    """Letters of the alphabet, each as likely as any other."""
    fair = 256 - 256 % len(ALPHABET)
    block = 0
    while True:
        for byte in hmac.digest(key, block.to_bytes(8), hashlib.sha256):
            if byte < fair:
                yield ALPHABET[byte % len(ALPHABET)]
        block += 1
