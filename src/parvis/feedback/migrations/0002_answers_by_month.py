"""On PostgreSQL, the table of answers becomes partitioned by the month of reception.

Django makes it as a plain table in 0001; this replaces it, empty, with the same columns. It has no
primary key there: the receipts, written by the same transaction, are what makes an identifier
unique, and an index of random identifiers in every partition would only slow reception down. The
default partition holds what arrives before its month's own was made (`ingestion.partitions`).
"""

from typing import Any

from django.db import migrations

PARTITION = """
ALTER TABLE feedback_answer RENAME TO feedback_answer_plain;
CREATE TABLE feedback_answer (LIKE feedback_answer_plain INCLUDING DEFAULTS)
    PARTITION BY RANGE (received_at);
DROP TABLE feedback_answer_plain;
CREATE INDEX feedback_answer_walk ON feedback_answer (organisation_id, received_at, id);
CREATE TABLE feedback_answer_default PARTITION OF feedback_answer DEFAULT;
"""


def partition_by_month(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(PARTITION)


class Migration(migrations.Migration):
    dependencies = [("feedback", "0001_initial")]

    operations = [migrations.RunPython(partition_by_month, migrations.RunPython.noop)]
