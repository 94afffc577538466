"""The texts of consultations, phases and contributions in the language of the page."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import get_language

register = template.Library()


@register.filter
def told(row: Any, field: str) -> str:
    """A text of a consultation, of a phase or of a contribution, translated where it was."""
    language = (get_language() or "fr").split("-")[0]
    texts = row.translations.get(language) or {}
    return str(texts.get(field) or getattr(row, field))
