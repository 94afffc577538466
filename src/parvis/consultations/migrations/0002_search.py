"""Index the words of contributions as those of the directory are (organisations, 0002).

SQLite: an FTS5 table kept by triggers. Django drops the triggers of a table it rebuilds: a later
migration that rebuilds Contribution on SQLite must run `create_index` again (a test fails
otherwise).
"""

from django.db import migrations

TABLE = "consultations_contribution"
INDEX = "consultations_search"

SQLITE = [
    f"""
    CREATE VIRTUAL TABLE {INDEX} USING fts5(
        search_text, content='{TABLE}', content_rowid='id',
        detail='none', columnsize=0, prefix='2 3', tokenize='ascii'
    )
    """,
    f"""
    CREATE TRIGGER {INDEX}_insert AFTER INSERT ON {TABLE} BEGIN
        INSERT INTO {INDEX}(rowid, search_text) VALUES (new.id, new.search_text);
    END
    """,
    f"""
    CREATE TRIGGER {INDEX}_update AFTER UPDATE OF search_text ON {TABLE}
    WHEN old.search_text IS NOT new.search_text BEGIN
        INSERT INTO {INDEX}({INDEX}, rowid, search_text)
        VALUES ('delete', old.id, old.search_text);
        INSERT INTO {INDEX}(rowid, search_text) VALUES (new.id, new.search_text);
    END
    """,
    f"""
    CREATE TRIGGER {INDEX}_delete AFTER DELETE ON {TABLE} BEGIN
        INSERT INTO {INDEX}({INDEX}, rowid, search_text)
        VALUES ('delete', old.id, old.search_text);
    END
    """,
    f"INSERT INTO {INDEX}({INDEX}) VALUES ('rebuild')",
]
POSTGRESQL = [
    f"""
    CREATE INDEX consultations_words ON {TABLE}
    USING gin (array_to_tsvector(string_to_array(search_text, ' ')))
    """,
]
DROP_SQLITE = [
    f"DROP TRIGGER {INDEX}_insert",
    f"DROP TRIGGER {INDEX}_update",
    f"DROP TRIGGER {INDEX}_delete",
    f"DROP TABLE {INDEX}",
]
DROP_POSTGRESQL = ["DROP INDEX consultations_words"]


def create_index(apps, schema_editor):
    sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in SQLITE if sqlite else POSTGRESQL:
        schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in DROP_SQLITE if sqlite else DROP_POSTGRESQL:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("consultations", "0001_initial")]

    operations = [migrations.RunPython(create_index, drop_index)]
