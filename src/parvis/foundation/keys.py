"""The secret key of an embedded installation: drawn once, kept beside its data."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def persistent_secret_key(path: Path) -> str:
    """Read the key at `path`, or draw and store one readable by its owner alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    key = secrets.token_urlsafe(64)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key)
    return key
