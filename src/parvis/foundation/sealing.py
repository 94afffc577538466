"""Secrets that must be read again, kept unreadable in the database and its backups.

Only what the house itself must use later (the key that signs a webhook) is sealed; what others show
us (passwords, API keys, device secrets) is hashed instead. The sealing key comes from SECRET_KEY: a
copy of the database without it opens nothing, and a change of SECRET_KEY keeps the former one in
SECRET_KEY_FALLBACKS for as long as something is sealed with it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class UnsealError(Exception):
    """Sealed with a key that this installation no longer has."""


def seal(secret: str, *, purpose: str) -> str:
    """The secret, encrypted and authenticated; `purpose` names the kind of secret it is."""
    return _box(purpose).encrypt(secret.encode()).decode("ascii")


def unseal(sealed: str, *, purpose: str) -> str:
    """What was sealed for this purpose; raises `UnsealError` for anything else."""
    try:
        return _box(purpose).decrypt(sealed.encode("ascii")).decode()
    except (InvalidToken, UnicodeError) as error:
        raise UnsealError(purpose) from error


def _box(purpose: str) -> MultiFernet:
    keys = [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet([Fernet(_derived(key, purpose)) for key in keys])


def _derived(key: str, purpose: str) -> bytes:
    digest = hmac.new(key.encode(), f"parvis.sealing:{purpose}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest)
