"""The languages in which the room can write numbers, files and documents."""

from __future__ import annotations

from typing import Literal

from django.utils.translation import get_language

Language = Literal["fr", "en"]


def reader_language() -> Language:
    """The language of whoever reads, among those: French for any other."""
    return "en" if (get_language() or "").startswith("en") else "fr"
