"""`search_text__has_words=[…]`: all these words begin a word of the text, by the fastest index.

SQLite reads the FTS5 table that triggers keep beside the directory, PostgreSQL a GIN index over
the text's words; migration 0002 makes both. Words come from `search_words` and hold letters a–z
and digits only, hence they need no escaping in either search language.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

# Must stay the expression that migration 0002 indexes, to the letter. array_to_tsvector takes the
# words as they are: the text parser of to_tsvector would read "2e004" as a number, not a code.
POSTGRESQL_WORDS = "array_to_tsvector(string_to_array({column}, ' '))"
SQLITE_TABLE = "organisations_search"


@models.TextField.register_lookup
class HasWords(models.Lookup[Any]):
    lookup_name = "has_words"
    prepare_rhs = False
    # The FTS5 table of the rows asked about; a field with a table of its own says so.
    sqlite_table: ClassVar[str] = SQLITE_TABLE

    def _words(self) -> Sequence[str]:
        words: Sequence[str] = self.rhs
        if not words or not all(word.isascii() and word.isalnum() for word in words):
            raise ValueError("has_words takes at least one word of letters a-z and digits")
        return words

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        quote = connection.ops.quote_name
        match = " AND ".join(f'"{word}" *' for word in self._words())
        sql = (
            f"{quote(self.lhs.alias)}.{quote('id')} IN "  # noqa: S608 – names of our own schema
            f"(SELECT rowid FROM {self.sqlite_table} WHERE {self.sqlite_table} MATCH %s)"
        )
        return sql, [match]

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        match = " & ".join(f"'{word}':*" for word in self._words())
        return f"{POSTGRESQL_WORDS.format(column=column)} @@ %s::tsquery", [*params, match]
