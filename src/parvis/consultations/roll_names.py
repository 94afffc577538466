"""Names and dates of birth as a roll and people write them, made comparable.

"DE LA TOUR", "de la Tour" and "Tour" are one name, "Jean-Pierre" and "Pierre Jean" are the same
first names: accents, case, hyphens, order and particles do not count.
"""

from __future__ import annotations

import re
from datetime import date

from parvis.organisations.search_words import words_of

_PARTICLES = frozenset(
    {"de", "du", "des", "d", "la", "le", "les", "l", "von", "van", "der", "den", "da", "do", "dos"}
)
_FRENCH_DAY = re.compile(r"\s*(\d{1,2})[/.\-\s](\d{1,2})[/.\-\s](\d{4})\s*", re.ASCII)
_ISO_DAY = re.compile(r"\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ][\d:.]*)?\s*", re.ASCII)
FIRST_YEAR = 1890


def folded_family(name: str) -> str:
    """A family name: its words without particles, in their alphabetical order; may be empty."""
    words = words_of(name)
    return " ".join(sorted([word for word in words if word not in _PARTICLES] or words))


def folded_given(names: str) -> list[str]:
    """First names, each once, in alphabetical order."""
    return sorted(set(words_of(names)))


def read_day(written: str) -> date | None:
    """A date of birth as 3/4/1975, 03.04.1975 or 1975-04-03; None when it is none."""
    french, iso = _FRENCH_DAY.fullmatch(written), _ISO_DAY.fullmatch(written)
    if french:
        day, month, year = (int(part) for part in french.groups())
    elif iso:
        year, month, day = (int(part) for part in iso.groups())
    else:
        return None
    try:
        read = date(year, month, day)
    except ValueError:
        return None
    return read if year >= FIRST_YEAR and read <= date.today() else None  # noqa: DTZ011 – a birth


def folded_number(number: str) -> str:
    """A roll number: letters and digits in capitals, without what separates them."""
    return "".join(words_of(number)).upper().lstrip("0")
