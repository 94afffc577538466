"""The texts of consultations, phases and contributions in the language of the page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language


def told(row: Any, field: str, language: str | None = None) -> str:
    """A text of a row, translated where it was; as it was written elsewhere.

    `language` is that of the page unless it is given.
    """
    code = (language or get_language() or "fr").split("-")[0]
    texts = row.translations.get(code) or {}
    return str(texts.get(field) or getattr(row, field))
