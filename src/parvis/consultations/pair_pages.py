"""What pages say of comparisons by pairs, live and in the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from parvis.consultations.disclosure import are_few
from parvis.consultations.enums import ContributionKind
from parvis.consultations.models import Phase
from parvis.consultations.opinion_pages import text_gone, texts_of


def told(phase: Phase, document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with the texts of its items; `{"is_few": True}` of few people.

    An item taken off since the document was made is left out, or has no words left in a result.
    """
    if are_few(document["people"]):
        return {"is_few": True}
    language = (get_language() or "fr").split("-")[0]
    texts = texts_of(phase, ContributionKind.ITEM, language)
    gone = text_gone(phase)
    items = [
        {
            **row,
            "text": texts.get(row["number"], gone),
            "percent": None if row["score"] is None else round(100 * row["score"]),
            "low_percent": round(100 * row["low"]),
            "high_percent": round(100 * row["high"]),
        }
        for row in document["items"]
        if gone or row["number"] in texts
    ]
    return {
        **document,
        "items": [row for row in items if row["enough"]],
        "few": [row for row in items if not row["enough"]] if document["people"] else [],
    }
