"""Index the words of the directory in the way each database does fastest.

SQLite: an FTS5 table without content of its own, kept by triggers, so that no writer can forget
it. Django drops the triggers of a table it rebuilds: a later migration that alters Organisation on
SQLite must run `create_index` again (a test fails otherwise). PostgreSQL: an index on an
expression, which needs neither extension nor trigger.
"""

from django.db import migrations

TABLE = "organisations_organisation"

SQLITE = [
    f"""
    CREATE VIRTUAL TABLE organisations_search USING fts5(
        search_text, content='{TABLE}', content_rowid='id',
        detail='none', columnsize=0, prefix='1 2 3', tokenize='ascii'
    )
    """,
    f"""
    CREATE TRIGGER organisations_search_insert AFTER INSERT ON {TABLE} BEGIN
        INSERT INTO organisations_search(rowid, search_text) VALUES (new.id, new.search_text);
    END
    """,
    f"""
    CREATE TRIGGER organisations_search_update AFTER UPDATE OF search_text ON {TABLE}
    WHEN old.search_text IS NOT new.search_text BEGIN
        INSERT INTO organisations_search(organisations_search, rowid, search_text)
        VALUES ('delete', old.id, old.search_text);
        INSERT INTO organisations_search(rowid, search_text) VALUES (new.id, new.search_text);
    END
    """,
    f"""
    CREATE TRIGGER organisations_search_delete AFTER DELETE ON {TABLE} BEGIN
        INSERT INTO organisations_search(organisations_search, rowid, search_text)
        VALUES ('delete', old.id, old.search_text);
    END
    """,
    "INSERT INTO organisations_search(organisations_search) VALUES ('rebuild')",
]
POSTGRESQL = [
    f"""
    CREATE INDEX organisation_search_words ON {TABLE}
    USING gin (array_to_tsvector(string_to_array(search_text, ' ')))
    """,
]
DROP_SQLITE = [
    "DROP TRIGGER organisations_search_insert",
    "DROP TRIGGER organisations_search_update",
    "DROP TRIGGER organisations_search_delete",
    "DROP TABLE organisations_search",
]
DROP_POSTGRESQL = ["DROP INDEX organisation_search_words"]


def create_index(apps, schema_editor):
    sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in SQLITE if sqlite else POSTGRESQL:
        schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in DROP_SQLITE if sqlite else DROP_POSTGRESQL:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("organisations", "0001_initial")]
    operations = [migrations.RunPython(create_index, drop_index)]
