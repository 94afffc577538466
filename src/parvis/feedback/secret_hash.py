"""What is kept of the secrets given once: of kiosks, keys of the API, wall screens."""

from __future__ import annotations

import hashlib


def secret_hash(secret: str) -> str:
    """SHA-256 in hexadecimal; a secret of 256 bits drawn at random needs no slow hash.

    Any text has one: what a request bears may be no UTF-8 at all.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
