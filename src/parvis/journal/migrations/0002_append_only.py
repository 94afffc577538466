"""Refuse, in the database itself, to change or delete an entry of the journal.

SQLite has no TRUNCATE: tests that empty their tables delete rows, so deletion is refused there by
the model alone.
"""

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only';
END $$;
CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE ON journal_entry
    FOR EACH ROW EXECUTE FUNCTION journal_is_append_only();
"""
POSTGRESQL_UNDO = """
DROP TRIGGER journal_append_only ON journal_entry;
DROP FUNCTION journal_is_append_only();
"""
SQLITE = """
CREATE TRIGGER journal_append_only BEFORE UPDATE ON journal_entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
"""
SQLITE_UNDO = "DROP TRIGGER journal_append_only;"


def install(apps, schema_editor):
    sql = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(sql)


def remove(apps, schema_editor):
    sql = POSTGRESQL_UNDO if schema_editor.connection.vendor == "postgresql" else SQLITE_UNDO
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(sql)


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
