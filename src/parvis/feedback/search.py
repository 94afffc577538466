"""Search among comments: as in the directory (ADR 7), words without accents, by their beginnings.

`search_text__has_words=[…]` reads, on SQLite, an FTS5 table that triggers keep beside the
comments, on PostgreSQL a GIN index over the words; the migration of the comments' search makes
both.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from parvis.organisations.lookups import HasWords
from parvis.organisations.search_words import words_of

SQLITE_TABLE = "feedback_comment_search"


class FoldedTextField(models.TextField[str, str]):
    """The words of another field of the same row, folded; written whenever the row is.

    `QuerySet.update` of that other field must give this one too: `folded` makes it.
    """

    def __init__(self, *args: Any, of: str = "", **kwargs: Any) -> None:
        self.of = of
        super().__init__(*args, **{"default": "", "editable": False, **kwargs})

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = folded(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, value)
        return value


def folded(text: str) -> str:
    return " ".join(words_of(text))


@FoldedTextField.register_lookup
class CommentHasWords(HasWords):
    """The same question, asked to the comments' own index."""

    sqlite_table = SQLITE_TABLE
