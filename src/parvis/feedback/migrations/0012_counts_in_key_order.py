"""The counts of a touchpoint lie side by side, whatever the order in which they were made.

Cells are made as answers come: a touchpoint's are then scattered among those of all the others, and
a board of two years read one page of the disk for each of some twenty thousand cells. On SQLite the
tables become trees in the order of their key (`WITHOUT ROWID`); on PostgreSQL the key's index holds
the number of answers too, and boards read it alone.

Writers wait while it runs: 6 minutes for the 157 million cells of 50 million answers, on a busy
machine, with room for the new indexes beside the old ones until the end.
"""

from typing import Any

from django.db import migrations

TABLES = (
    "feedback_hourcount",
    "feedback_daycount",
    "feedback_monthcount",
    "feedback_weekprofilecount",
)
TREE = " WITHOUT ROWID"


def in_key_order(apps: Any, schema_editor: Any) -> None:
    for table in TABLES:
        if schema_editor.connection.vendor == "postgresql":
            _replace_key(schema_editor, table, f"{_key(schema_editor, table)} INCLUDE (answers)")
        else:
            _copy_table(schema_editor, table, f"{_definition(schema_editor, table)}{TREE}")


def in_order_of_arrival(apps: Any, schema_editor: Any) -> None:
    for table in TABLES:
        if schema_editor.connection.vendor == "postgresql":
            key = _key(schema_editor, table)
            _replace_key(schema_editor, table, key.removesuffix(" INCLUDE (answers)"))
        else:
            _copy_table(schema_editor, table, _definition(schema_editor, table).removesuffix(TREE))


def _key(schema_editor: Any, table: str) -> str:
    """The primary key as PostgreSQL says it: PRIMARY KEY (touchpoint_id, …)."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = %s::regclass AND contype = 'p'",
            [table],
        )
        key: str = cursor.fetchone()[0]
    return key


def _replace_key(schema_editor: Any, table: str, key: str) -> None:
    schema_editor.execute(
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey, ADD CONSTRAINT {table}_pkey {key}"
    )


def _definition(schema_editor: Any, table: str) -> str:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", [table])
        definition: str = cursor.fetchone()[0]
    return definition


def _copy_table(schema_editor: Any, table: str, definition: str) -> None:
    """Make the table anew as defined, with its rows. Nothing refers to a count."""
    copied = f"new__{table}"
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f'PRAGMA table_info("{table}")')
        # The rank of each column in the key, from 1; 0 = not in it.
        ranks = {row[1]: row[5] for row in cursor.fetchall()}
    columns = ", ".join(f'"{name}"' for name in ranks)
    key = ", ".join(f'"{name}"' for name in sorted(filter(ranks.get, ranks), key=ranks.__getitem__))
    schema_editor.execute(definition.replace(f'"{table}"', f'"{copied}"', 1))
    schema_editor.execute(
        f'INSERT INTO "{copied}" ({columns}) SELECT {columns} FROM "{table}" ORDER BY {key}'  # noqa: S608
    )
    schema_editor.execute(f'DROP TABLE "{table}"')
    schema_editor.execute(f'ALTER TABLE "{copied}" RENAME TO "{table}"')


class Migration(migrations.Migration):
    dependencies = [("feedback", "0011_counts_without_checked_keys")]

    operations = [migrations.RunPython(in_key_order, in_order_of_arrival)]
