"""The roll and the box keep no trace of the order in which they were written.

On SQLite the tables have no row numbers. The places of rows in the files still follow the order of
the writes, on PostgreSQL too: `operations.releasing.stir` writes them anew in a random order.
"""

from typing import Any

from django.db import migrations

from parvis.foundation import row_numbers

TABLES = ("staff_polls_eligibleagent", "staff_polls_printedcode", "staff_polls_ballot")


def without_row_numbers(apps: Any, schema_editor: Any) -> None:
    row_numbers.remove(schema_editor, TABLES)


def with_row_numbers(apps: Any, schema_editor: Any) -> None:
    row_numbers.restore(schema_editor, TABLES)


class Migration(migrations.Migration):
    dependencies = [("staff_polls", "0001_initial")]

    operations = [migrations.RunPython(without_row_numbers, with_row_numbers)]
