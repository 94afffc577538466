"""What the pages of citizens say around a questionnaire, in every language it may have.

One file, `static/feedback/words.json`, serves the kiosk as it is and the public page from here: the
interface's own catalogues only hold the languages of the people who work with Parvis.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "static" / "feedback" / "words.json"


@cache
def words_in(language: str) -> dict[str, str]:
    """The texts by name; their {places} are filled by `str.format`."""
    table: dict[str, dict[str, str]] = json.loads(FILE.read_text(encoding="utf-8"))
    return table[language]
