"""The counts computed again from the events, by the database itself.

Whether they are the same is what `differences` tells; `rebuild` writes them anew. Ingestion waits
while a rebuild runs: its requests answer once the counts are whole again.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction

from parvis.feedback.enums import NO_LEVEL, RESPONDENTS, SET_KINDS, TEXT_KINDS, QuestionKind

_TABLES = (
    "feedback_hourcount",
    "feedback_daycount",
    "feedback_monthcount",
    "feedback_weekprofilecount",
)
_REST = "question_id, level, answer, exclusion"
_KEYS = {
    "feedback_hourcount": f"touchpoint_id, day, hour, {_REST}",
    "feedback_daycount": f"touchpoint_id, day, {_REST}",
    "feedback_monthcount": f"touchpoint_id, month, {_REST}",
    "feedback_weekprofilecount": f"touchpoint_id, month, weekday, hour, {_REST}",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """How many cells of a table differ from the events."""

    table: str
    cells: int


def rebuild() -> dict[str, int]:
    """Write the four tables of counts anew from the events; number of cells of each."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Writers of counts wait; what they hold uncommitted is theirs to add afterwards.
            cursor.execute(f"LOCK TABLE {', '.join(_TABLES)} IN SHARE ROW EXCLUSIVE MODE")
        written = {}
        for table in _TABLES:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608
        for table, cells in _cells("feedback_hourcount").items():
            cursor.execute(f"INSERT INTO {table} ({_KEYS[table]}, answers) {cells}")
            written[table] = cursor.rowcount
    return written


def differences() -> list[Difference]:
    """The tables whose cells are not those of the events; empty when all are equal."""
    found = []
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Nobody's events and counts may come between the questions below.
            cursor.execute(f"LOCK TABLE {', '.join(_TABLES)} IN SHARE MODE")
        hours = f"({_cells('')['feedback_hourcount']})"
        for table, cells in _cells(hours).items():
            kept = f"SELECT {_KEYS[table]}, answers FROM {table} WHERE answers <> 0"  # noqa: S608
            cursor.execute(
                f"SELECT count(*) FROM (SELECT * FROM (SELECT * FROM ({cells}) AS a EXCEPT {kept})"  # noqa: S608
                f" AS b UNION ALL SELECT * FROM ({kept} EXCEPT SELECT * FROM ({cells}) AS c) AS d)"
                " AS e"
            )
            if cells_differing := cursor.fetchone()[0]:
                found.append(Difference(table, cells_differing))
    return found


def _cells(hours: str) -> dict[str, str]:
    """The query that gives the rows of each table; the last three read `hours`, table or query."""
    if connection.vendor == "postgresql":
        month = "date_trunc('month', day)::date"
        weekday = "(extract(isodow FROM day) - 1)::smallint"
    else:
        month = "date(day, 'start of month')"
        weekday = "(strftime('%w', day) + 6) % 7"
    total = "sum(answers)::bigint" if connection.vendor == "postgresql" else "sum(answers)"

    def rolled_up(keys: str) -> str:
        named = keys.replace("month", f"{month} AS month", 1).replace(
            "weekday", f"{weekday} AS weekday", 1
        )
        grouped = keys.replace("month", month, 1).replace("weekday", weekday, 1)
        return f"SELECT {named}, {total} AS answers FROM {hours} AS h GROUP BY {grouped}"  # noqa: S608

    return {
        "feedback_hourcount": _hours(),
        **{table: rolled_up(_KEYS[table]) for table in _TABLES[1:]},
    }


def _hours() -> str:
    """The finest cells: one for each option ticked of a set, one for any other answer."""
    sets = _words(SET_KINDS)
    texts = _words(TEXT_KINDS)
    group = "GROUP BY 1, 2, 3, 4, 5, 6, 7"
    if connection.vendor == "postgresql":
        bits = "generate_series(0, 61) AS bit(code)"
        set_code = "bit.code::smallint"
        value, none, respondents, one = (
            "e.value::smallint",
            f"{NO_LEVEL}::smallint",
            f"{RESPONDENTS}::smallint",
            "1::smallint",
        )
    else:
        bits = (
            "(WITH RECURSIVE b(code) AS (SELECT 0 UNION ALL SELECT code + 1 FROM b WHERE code < 61)"
            " SELECT code FROM b) AS bit"
        )
        set_code, value, none, respondents, one = (
            "bit.code",
            "e.value",
            str(NO_LEVEL),
            str(RESPONDENTS),
            "1",
        )
    events = "FROM feedback_answer AS e JOIN feedback_question AS q ON q.id = e.question_id"
    level = f"CASE WHEN q.kind = '{QuestionKind.SMILEY}' THEN {none} ELSE e.level END"
    # Counted first: a set is then opened once a cell, not once an answer.
    one_cell_each = (
        f"SELECT e.touchpoint_id, e.day, e.hour, e.question_id, {level} AS level,"
        f" CASE WHEN q.kind IN ({texts}) THEN {one} ELSE {value} END AS answer,"
        f" e.exclusion, count(*) AS answers {events} WHERE q.kind NOT IN ({sets}) {group}"
    )
    by_set = (
        "SELECT e.touchpoint_id, e.day, e.hour, e.question_id, e.level, e.value, e.exclusion,"
        f" count(*) AS answers {events} WHERE q.kind IN ({sets}) {group}"
    )
    total = "sum(s.answers)::bigint" if connection.vendor == "postgresql" else "sum(s.answers)"
    options = (
        f"SELECT s.touchpoint_id, s.day, s.hour, s.question_id, s.level, {set_code} AS answer,"  # noqa: S608
        f" s.exclusion, {total} AS answers FROM ({by_set}) AS s, {bits}"
        f" WHERE (s.value >> bit.code) & 1 = 1 {group}"
    )
    respondents_too = (
        f"SELECT s.touchpoint_id, s.day, s.hour, s.question_id, s.level, {respondents} AS answer,"  # noqa: S608
        f" s.exclusion, {total} AS answers FROM ({by_set}) AS s {group}"
    )
    return f"{one_cell_each} UNION ALL {options} UNION ALL {respondents_too}"


def _words(kinds: tuple[QuestionKind, ...]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)
