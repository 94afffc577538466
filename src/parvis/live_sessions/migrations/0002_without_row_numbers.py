"""Boxes and presences keep no trace of the order in which they were written."""

from typing import Any

from django.db import migrations

from parvis.foundation import row_numbers

TABLES = (
    "live_sessions_liveballot",
    "live_sessions_presence",
    "live_sessions_livetext",
)


def without_row_numbers(apps: Any, schema_editor: Any) -> None:
    row_numbers.remove(schema_editor, TABLES)


def with_row_numbers(apps: Any, schema_editor: Any) -> None:
    row_numbers.restore(schema_editor, TABLES)


class Migration(migrations.Migration):
    dependencies = [("live_sessions", "0001_initial")]

    operations = [migrations.RunPython(without_row_numbers, with_row_numbers)]
