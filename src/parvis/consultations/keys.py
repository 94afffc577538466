"""The key of a consultation, held apart: it turns what was verified of a person into an identity.

Whoever holds the database and its backups cannot try mail addresses or names against identities
without it; it is destroyed once the result can no longer be contested.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from contextlib import suppress

from parvis.consultations.enums import Proof
from parvis.consultations.models import Consultation
from parvis.foundation import keys_apart

KEY_BYTES = 32


def make(consultation: Consultation) -> None:
    """Draw the key at the opening; a second call finds it and does nothing."""
    with suppress(keys_apart.KeyExists):
        keys_apart.write(consultation.key_name, secrets.token_bytes(KEY_BYTES))


def are_held(consultation: Consultation) -> bool:
    """Whether the key is on this machine."""
    return keys_apart.exists(consultation.key_name)


def destroy(consultation: Consultation) -> None:
    """Destroy it; a second call finds nothing and does nothing."""
    keys_apart.destroy(consultation.key_name)


def identity(consultation: Consultation, proof: Proof, verified: str) -> str:
    """HMAC-SHA256, hexadecimal, of what was verified; raise `KeyMissing` without the key.

    `verified` is canonical: a mail address in lower case, a code without hyphens, folded names.
    """
    return _hmac(keys_apart.read(consultation.key_name), f"{proof}\n{verified}")


def fingerprints(consultation: Consultation, purpose: str) -> Callable[[str], str]:
    """What hashes texts for a purpose, as `identity` does: the key is read once for many of them.

    Raise `KeyMissing` without the key.
    """
    key = keys_apart.read(consultation.key_name)
    return lambda text: _hmac(key, f"{purpose}\n{text}")


def _hmac(key: bytes, text: str) -> str:
    content = f"parvis consultation\n{text}".encode("utf-8", "surrogatepass")
    return hmac.new(key, content, hashlib.sha256).hexdigest()
