"""Sealed boxes: anyone with the public key puts something in, only the private key takes it out.

HPKE in base mode (RFC 9180) with X25519, HKDF-SHA256 and ChaCha20-Poly1305: each seal draws a key
of its own, so that whoever sealed cannot open again and two seals of one text have nothing in
common. What is sealed is first padded to whole KiB, its length in the first four bytes: a ballot
with a short comment is as long as one without, and a length tells how many KiB, no more.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

KEY_BYTES = 32
BLOCK_BYTES = 1024
OVERHEAD_BYTES = 48  # the key drawn for this seal, and the tag that authenticates it

_LENGTH_BYTES = 4
_CONTEXT = b"parvis.sealed_box:1:"
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


class SealedBoxError(Exception):
    """Does not open (for another key or purpose, or changed since), or no key to seal for."""


def new_box() -> tuple[bytes, bytes]:
    """(private key, public key), 32 bytes each. Keep the private one with `keys_apart`."""
    key = X25519PrivateKey.generate()
    return key.private_bytes_raw(), key.public_key().public_bytes_raw()


def seal(public: bytes, plaintext: bytes, *, associated: bytes) -> bytes:
    """Seal for the holder of the private key.

    `associated` says what the seal belongs to (a poll's number, say): it is neither secret nor
    kept in the seal, and must be given again to open it. Raises `SealedBoxError` for no key.
    """
    padded = len(plaintext).to_bytes(_LENGTH_BYTES, "big") + plaintext
    padded += bytes(-len(padded) % BLOCK_BYTES)
    try:
        key = X25519PublicKey.from_public_bytes(public)
        return _SUITE.encrypt(padded, key, info=_CONTEXT + associated)
    except ValueError as error:
        raise SealedBoxError("not a public key") from error


class Opener:
    """Opens many seals with one private key, which is read once."""

    def __init__(self, private: bytes) -> None:
        """Raises `SealedBoxError` for no key."""
        try:
            self._key = X25519PrivateKey.from_private_bytes(private)
        except ValueError as error:
            raise SealedBoxError("does not open") from error

    def open(self, sealed: bytes, *, associated: bytes) -> bytes:
        """What was sealed; raises `SealedBoxError` for anything but that, whole and unchanged."""
        try:
            padded = _SUITE.decrypt(sealed, self._key, info=_CONTEXT + associated)
        except (InvalidTag, ValueError) as error:
            raise SealedBoxError("does not open") from error
        length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
        plaintext = padded[_LENGTH_BYTES : _LENGTH_BYTES + length]
        if not padded or len(padded) % BLOCK_BYTES or len(plaintext) != length:
            raise SealedBoxError("not padded as seals are")
        return plaintext


def open_sealed(private: bytes, sealed: bytes, *, associated: bytes) -> bytes:
    """The same for one seal."""
    return Opener(private).open(sealed, associated=associated)
