"""The weeks of months hold a row an hour of the day, instead of a cell a weekday, hour and answer.

With 50 million answers the heat map of two years read 25,000 cells of smileys of a body, between
those of reasons that nothing reads; its numbers are now in 1,200 rows, of which there are hardly
more however many answer. Rows are filled from the cells, and cells, on the way back, from the hours.

Writers wait while it runs: on SQLite a million cells take a second of processor, and four on the way
back; 50 million answers had some 50 million cells.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

WEEK, CELLS = "feedback_weekprofile", "feedback_weekprofilecount"
LEVELS = range(4)
COLUMNS = {
    f"answers_{weekday}_{level}": (weekday, level) for weekday in range(7) for level in LEVELS
}


def fill_weeks(apps: Any, schema_editor: Any) -> None:
    _lie_in_key_order(schema_editor, WEEK, ", ".join(COLUMNS))
    numbers = ", ".join(
        f"coalesce(sum(c.answers) FILTER (WHERE c.weekday = {weekday} AND c.answer = {level}), 0)"
        for weekday, level in COLUMNS.values()
    )
    schema_editor.execute(
        f"INSERT INTO {WEEK} (touchpoint_id, month, question_id, hour, {', '.join(COLUMNS)})"  # noqa: S608
        f" SELECT c.touchpoint_id, c.month, c.question_id, c.hour, {numbers} FROM {CELLS} AS c"
        " JOIN feedback_question AS q ON q.id = c.question_id"
        " WHERE q.kind = 'smiley' AND c.exclusion = 0 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    )


def fill_cells(apps: Any, schema_editor: Any) -> None:
    _lie_in_key_order(schema_editor, CELLS, "answers")
    if schema_editor.connection.vendor == "postgresql":
        month, weekday = "date_trunc('month', day)::date", "extract(isodow FROM day)::integer - 1"
    else:
        month, weekday = "date(day, 'start of month')", "(strftime('%w', day) + 6) % 7"
    schema_editor.execute(
        f"INSERT INTO {CELLS} (touchpoint_id, month, weekday, hour, question_id, level, answer,"  # noqa: S608
        f" exclusion, answers) SELECT touchpoint_id, {month}, {weekday}, hour, question_id, level,"
        " answer, exclusion, sum(answers) FROM feedback_hourcount"
        " GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8"
    )


def _lie_in_key_order(schema_editor: Any, table: str, numbers: str) -> None:
    """As migration 0012 does, for a table that is still empty."""
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "postgresql":
            cursor.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conrelid = %s::regclass AND contype = 'p'",
                [table],
            )
            name, key = cursor.fetchone()
            cursor.execute(
                f"ALTER TABLE {table} DROP CONSTRAINT {name},"
                f" ADD CONSTRAINT {table}_pkey {key} INCLUDE ({numbers})"
            )
        else:
            cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", [table])
            definition = cursor.fetchone()[0]
            cursor.execute(f"DROP TABLE {table}")
            cursor.execute(f"{definition} WITHOUT ROWID")


def _key(model: str) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=f"feedback.{model}",
    )


class Migration(migrations.Migration):
    dependencies = [("feedback", "0012_counts_in_key_order")]

    operations = [
        migrations.CreateModel(
            name="WeekProfile",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "touchpoint_id",
                        "month",
                        "question_id",
                        "hour",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("month", models.DateField()),
                ("hour", models.SmallIntegerField()),
                ("question", _key("question")),
                ("touchpoint", _key("touchpoint")),
                *((name, models.IntegerField(db_default=0, default=0)) for name in COLUMNS),
            ],
            options={"abstract": False},
        ),
        migrations.RunPython(fill_weeks, fill_cells),
        migrations.DeleteModel("WeekProfileCount"),
    ]
