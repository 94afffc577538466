"""The client's half of RFC 9474 in Python, for tests and benchmarks: agents use a browser.

Written from the RFC and not from `blind_signatures`, so that the two check each other. Nothing here
runs in constant time.
"""

from __future__ import annotations

import hashlib
import math
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.serialization import load_der_public_key

HASH_BYTES = SALT_BYTES = 48
PREFIX_BYTES = 32


@dataclass(frozen=True, slots=True)
class Blinded:
    """What the client keeps while the server signs."""

    message: bytes  # prepared: the random prefix, then the token
    blinded: bytes  # goes to the server
    inverse: int  # takes the blinding away; never leaves the client


class BlindClient:
    def __init__(self, public_key: bytes) -> None:
        numbers = load_der_public_key(public_key).public_numbers()
        self.n, self.e = numbers.n, numbers.e
        self.modulus_bytes = (self.n.bit_length() + 7) // 8

    def prepare(self, token: bytes) -> Blinded:
        message = secrets.token_bytes(PREFIX_BYTES) + token
        factor = secrets.randbelow(self.n - 1) + 1
        return self.blind(message, secrets.token_bytes(SALT_BYTES), pow(factor, -1, self.n))

    def blind(self, message: bytes, salt: bytes, inverse: int) -> Blinded:
        """`Blind` of §4.2, its random choices given."""
        encoded = int.from_bytes(emsa_pss_encode(message, self.n.bit_length() - 1, salt), "big")
        assert math.gcd(encoded, self.n) == 1
        blinded = encoded * pow(pow(inverse, -1, self.n), self.e, self.n) % self.n
        return Blinded(message, blinded.to_bytes(self.modulus_bytes, "big"), inverse)

    def finalize(self, kept: Blinded, blind_signature: bytes) -> bytes:
        """`Finalize` of §4.4, without its last step: the caller verifies."""
        assert len(blind_signature) == self.modulus_bytes
        signature = int.from_bytes(blind_signature, "big") * kept.inverse % self.n
        return signature.to_bytes(self.modulus_bytes, "big")


def emsa_pss_encode(message: bytes, bits: int, salt: bytes) -> bytes:
    """RFC 8017, §9.1.1, with SHA-384."""
    length = (bits + 7) // 8
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = bytes(length - len(salt) - HASH_BYTES - 2) + b"\x01" + salt
    mask = _mgf1(digest, len(block))
    masked = bytearray(a ^ b for a, b in zip(block, mask, strict=True))
    masked[0] &= 0xFF >> (8 * length - bits)
    return bytes(masked) + digest + b"\xbc"


def _mgf1(seed: bytes, length: int) -> bytes:
    blocks = range(-(-length // HASH_BYTES))
    return b"".join(hashlib.sha384(seed + i.to_bytes(4, "big")).digest() for i in blocks)[:length]
