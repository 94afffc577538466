"""Search among contributions: as in the directory (ADR 7), words without accents."""

from __future__ import annotations

from parvis.organisations.search_words import words_of


def search_text(*texts: str) -> str:
    """The folded words of texts, each once, as `Contribution.search_text` keeps them."""
    return " ".join(dict.fromkeys(word for text in texts for word in words_of(text)))
