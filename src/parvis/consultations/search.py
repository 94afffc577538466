"""Search among contributions: as in the directory (ADR 7), words folded, by their beginnings.

`search_text__has_words=[…]` reads, on SQLite, an FTS5 table that triggers keep beside the
contributions, on PostgreSQL a GIN index over the words; migration 0002 makes both.
"""

from __future__ import annotations

from django.db import models

from parvis.organisations.lookups import HasWords
from parvis.organisations.search_words import MAX_QUERY_CHARACTERS, MAX_QUERY_WORDS, words_of

SQLITE_TABLE = "consultations_search"
# "de", "la", "au": not asked for where longer words are.
SMALL_WORD = 2


class SearchedField(models.TextField[str, str]):
    """Folded words, each once, as `search_text` makes them."""


@SearchedField.register_lookup
class ContributionHasWords(HasWords):
    """The same question as in the directory, asked to the contributions' own index."""

    sqlite_table = SQLITE_TABLE


def search_text(*texts: str) -> str:
    """The folded words of texts, each once, as `Contribution.search_text` keeps them."""
    return " ".join(dict.fromkeys(word for text in texts for word in words_of(text)))


def asked_words(question: str) -> list[str]:
    """The words that all must begin a word of what is found; none for an empty question."""
    words = words_of(question[:MAX_QUERY_CHARACTERS])[:MAX_QUERY_WORDS]
    return [word for word in words if len(word) > SMALL_WORD] or words
