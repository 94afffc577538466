"""Days as French texts write them: the first of a month is "1er", which no date format can say."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language


def day_in_words(day: date) -> str:
    """ "1er octobre 2025", "2 octobre 2025", in the language in force.

    A moment is read as it stands: bring it to its zone first.
    """
    words = date_format(day, "DATE_FORMAT")
    if day.day == 1 and (get_language() or "fr").startswith("fr"):
        return words.replace("1 ", "1er ", 1)
    return words
