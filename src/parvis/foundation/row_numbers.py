"""Tables that keep no trace of the order in which their rows were written (SQLite).

SQLite numbers the rows of a table as they come: these become trees in the order of their key, which
is drawn at random (`WITHOUT ROWID`). For migrations; PostgreSQL has no such numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

TREE = " WITHOUT ROWID"


def remove(schema_editor: Any, tables: Iterable[str]) -> None:
    """Make the tables anew without row numbers; nothing on another database."""
    if schema_editor.connection.vendor == "sqlite":
        for table in tables:
            _make_anew(schema_editor, table, f"{_definition(schema_editor, table)}{TREE}")


def restore(schema_editor: Any, tables: Iterable[str]) -> None:
    """The reverse."""
    if schema_editor.connection.vendor == "sqlite":
        for table in tables:
            _make_anew(schema_editor, table, _definition(schema_editor, table).removesuffix(TREE))


def _definition(schema_editor: Any, table: str) -> str:
    definition: str = _all(
        schema_editor, "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", table
    )[0]
    return definition


def _make_anew(schema_editor: Any, table: str, definition: str) -> None:
    """The table as defined, with its rows and its indexes. Nothing refers to it."""
    indexes = _all(
        schema_editor,
        "SELECT sql FROM sqlite_master"
        " WHERE type = 'index' AND tbl_name = %s AND sql IS NOT NULL ORDER BY name",
        table,
    )
    copied = f"new__{table}"
    schema_editor.execute(definition.replace(f'"{table}"', f'"{copied}"', 1))
    schema_editor.execute(f'INSERT INTO "{copied}" SELECT * FROM "{table}"')  # noqa: S608
    schema_editor.execute(f'DROP TABLE "{table}"')
    schema_editor.execute(f'ALTER TABLE "{copied}" RENAME TO "{table}"')
    for index in indexes:
        schema_editor.execute(index)


def _all(schema_editor: Any, query: str, table: str) -> list[str]:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(query, [table])
        return [row[0] for row in cursor.fetchall()]
