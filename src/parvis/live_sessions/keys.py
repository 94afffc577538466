"""The key of a session's boxes, held apart from the database until the session ends.

The server seals and opens with one key: a box is counted in front of the room, by thousands of
ballots at once. A copy of the database opens nothing, and nobody does once the key is destroyed.
"""

from __future__ import annotations

import secrets
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from parvis.foundation import keys_apart
from parvis.live_sessions.models import LiveSession

# Longer than any answer: an idea of 140 signs, each of six bytes at most once written. One length.
PADDED_BYTES = 1024
_NONCE_BYTES = 12
_LENGTH_BYTES = 2


class BallotUnreadable(Exception):  # noqa: N818 – names what is there
    """A ballot that this key does not open, or that was changed."""


def make(session: LiveSession) -> None:
    """Make the key; a second call leaves the first one's."""
    with suppress(keys_apart.KeyExists):
        keys_apart.write(session.key_name, ChaCha20Poly1305.generate_key())


def are_held(session: LiveSession) -> bool:
    return keys_apart.exists(session.key_name)


def destroy(session: LiveSession) -> None:
    """Destroy it; a second call finds nothing and does nothing."""
    keys_apart.destroy(session.key_name)


class Box:
    """Seals and opens the ballots of a session: hold it no longer than that takes."""

    def __init__(self, key_name: str) -> None:
        """Raises `KeyMissing` where the key is not on this machine."""
        self._cipher = ChaCha20Poly1305(keys_apart.read(key_name))

    def seal(self, plaintext: bytes, *, token: str) -> bytes:
        """Seal answers; only as the ballot of this token can they be opened."""
        if len(plaintext) > PADDED_BYTES - _LENGTH_BYTES:
            raise ValueError("longer than any answer")
        padded = len(plaintext).to_bytes(_LENGTH_BYTES, "big") + plaintext
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, padded.ljust(PADDED_BYTES, b"\0"), token.encode())
        return nonce + sealed

    def open(self, sealed: bytes, *, token: str) -> bytes:
        """What was sealed; raises `BallotUnreadable` for anything else."""
        try:
            padded = self._cipher.decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], token.encode()
            )
        except (InvalidTag, ValueError) as error:
            raise BallotUnreadable from error
        length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
        return padded[_LENGTH_BYTES : _LENGTH_BYTES + length]
