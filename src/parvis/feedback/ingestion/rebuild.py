"""The counts computed again from the events, by the database itself, and compared with those kept.

`differences` tells how many cells are wrong; `rebuild` mends those and leaves the others untouched,
in one transaction: boards read the counts meanwhile, and a kill leaves them as they were. Ingestion
waits: its requests answer once the counts are whole again. A table that is wrong for a large part
is written anew.

The database goes once through the events, to the hours; days, months and weeks are summed from the
hours. Nothing is written but the cells that are wrong: writing a cell costs more than counting
it and comparing it together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from parvis.feedback.enums import (
    MAX_OPTION_CODE,
    NO_LEVEL,
    RESPONDENTS,
    SET_KINDS,
    TEXT_KINDS,
    Exclusion,
    Level,
    QuestionKind,
)
from parvis.feedback.models import WEEK_COLUMNS

_REST = ("question_id", "level", "answer", "exclusion")
# Key columns of each table, in the order of its primary key; the order in which ingestion takes
# the tables too: two writers never wait for each other in a ring.
_KEYS = {
    "feedback_hourcount": ("touchpoint_id", "day", "hour", *_REST),
    "feedback_daycount": ("touchpoint_id", "day", *_REST),
    "feedback_monthcount": ("touchpoint_id", "month", *_REST),
    "feedback_weekprofile": ("touchpoint_id", "month", "question_id", "hour"),
}
_HOURS, _DAYS, _MONTHS, _WEEKS = _KEYS
# The columns that count.
_NUMBERS = {**dict.fromkeys(_KEYS, ("answers",)), _WEEKS: tuple(WEEK_COLUMNS)}
# What other tables of cells are summed from, once it is counted again.
_SOURCES = {_DAYS: _HOURS, _MONTHS: _DAYS}
# For sorts and hash tables; twice as much for these. By default PostgreSQL has 4 MB.
_WORK_MEMORY = "256MB"
# On PostgreSQL, a table of which a larger share is wrong is written anew: a cell then costs a third
# of what it costs beside an index, but boards wait. Otherwise they read on.
MENDED_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Difference:
    """How many cells of a table differ from the events."""

    table: str
    cells: int


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many cells a table has now, and how many were written or taken out for that."""

    table: str
    cells: int
    mended: int


def rebuild() -> list[Rebuilt]:
    """Make the four tables of counts those of the events."""
    rebuilt = []
    with _recounted("SHARE ROW EXCLUSIVE") as (cursor, cells):
        for table in _KEYS:
            mended = _gather_wrong(cursor, table)
            if connection.vendor == "postgresql" and mended > MENDED_SHARE * cells[table]:
                _write_anew(cursor, table)
            elif mended:
                _mend(cursor, table)
            cursor.execute(f"DROP TABLE {_WRONG}")
            rebuilt.append(Rebuilt(table, cells[table], mended))
    return rebuilt


def _mend(cursor: CursorWrapper, table: str) -> None:
    """Write the wrong cells, and those only."""
    keys, names = ", ".join(_KEYS[table]), _names(table)
    cursor.execute(
        f"DELETE FROM {table} WHERE ({keys}) IN"  # noqa: S608
        f" (SELECT {keys} FROM {_WRONG} WHERE kept IS NOT NULL)"
    )
    # In the order of the key, pages of its index are filled one after the other.
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {names} FROM {_WRONG}"  # noqa: S608
        f" WHERE wanted IS NOT NULL ORDER BY {keys}"
    )


def _write_anew(cursor: CursorWrapper, table: str) -> None:
    """Empty the table and fill it, its key being made afterwards, at once. Readers wait."""
    cursor.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass"
        " AND contype = 'p'",
        [table],
    )
    # With the numbers it holds beside the columns of the key.
    key = cursor.fetchone()[0]
    cursor.execute(f"TRUNCATE {table}")
    cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey")
    names = _names(table)
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {names} FROM {_right(table)}"  # noqa: S608
        f" ORDER BY {', '.join(_KEYS[table])}"
    )
    cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_pkey {key}")


def differences() -> list[Difference]:
    """The tables whose cells are not those of the events; empty when all are equal."""
    found = []
    with _recounted("SHARE") as (cursor, _cells):
        for table in _KEYS:
            _gather_wrong(cursor, table)
            # A cell that went down to nothing says what an absent one says.
            cursor.execute(
                f"SELECT count(*) FROM {_WRONG} WHERE wanted IS NOT NULL OR kept > 0"  # noqa: S608
            )
            if cells := cursor.fetchone()[0]:
                found.append(Difference(table, cells))
            cursor.execute(f"DROP TABLE {_WRONG}")
    return found


# --- Temporary tables ----------------------------------------------------------------------------

# What a value of a question counts as: (question_id, value, level, answer), one row a cell it adds
# to; null level = that of the event.
_MEANINGS = "recounted_meanings"
# Rows of one table that are not those of the events, as these say. `wanted`: 1, null = the events
# make no such row; `kept`: 1, 0 = the table has one of nothing but 0, null = it has none.
_WRONG = "recounted_wrong"


def _right(table: str) -> str:
    """The name of the temporary table that holds what `table` should."""
    return table.replace("feedback", "recounted")


@contextmanager
def _recounted(lock: str) -> Iterator[tuple[CursorWrapper, dict[str, int]]]:
    """A transaction in which `_right` of each table is there, with their numbers of cells.

    The tables of counts are locked in the mode given until its end: whoever writes events writes
    their counts in the same transaction, so that nobody's events come between two questions. What
    a waiting writer holds uncommitted is not seen here; it is for it to add afterwards.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"LOCK TABLE {', '.join(_KEYS)} IN {lock} MODE")
            cursor.execute(f"SET LOCAL work_mem = '{_WORK_MEMORY}'")
            cursor.execute(f"SET LOCAL maintenance_work_mem = '{_WORK_MEMORY}'")
            # Compiling these few long questions gains less than it takes.
            cursor.execute("SET LOCAL jit = off")
        _write_meanings(cursor)
        cells = {_HOURS: _write_right(cursor, _HOURS, _hours())}
        for table, source in _SOURCES.items():
            cells[table] = _write_right(cursor, table, _rolled_up(_KEYS[table], _right(source)))
        cells[_WEEKS] = _write_right(cursor, _WEEKS, _weeks())
        yield cursor, cells
        for name in (_MEANINGS, *map(_right, _KEYS)):
            cursor.execute(f"DROP TABLE {name}")


def _write_meanings(cursor: CursorWrapper) -> None:
    """The few values that questions were given, each opened once, and not in each event."""
    sets, texts = _words(SET_KINDS), _words(TEXT_KINDS)
    cursor.execute(
        f"CREATE TEMPORARY TABLE {_MEANINGS} (question_id bigint, value bigint, level smallint,"
        " answer smallint, PRIMARY KEY (question_id, value, answer))"
    )
    cursor.execute(
        f"INSERT INTO {_MEANINGS} (question_id, value, level, answer)"  # noqa: S608
        " WITH RECURSIVE seen AS (SELECT DISTINCT question_id, value FROM feedback_answer),"
        " known AS (SELECT s.question_id, s.value, q.kind"
        " FROM seen AS s JOIN feedback_question AS q ON q.id = s.question_id),"
        f" codes (code) AS (SELECT 0 UNION ALL SELECT code + 1 FROM codes"
        f" WHERE code < {MAX_OPTION_CODE})"
        f" SELECT question_id, value,"
        f" CASE WHEN kind = '{QuestionKind.SMILEY}' THEN {NO_LEVEL} END,"
        f" CASE WHEN kind IN ({sets}) THEN {RESPONDENTS} WHEN kind IN ({texts}) THEN 1"
        f" ELSE value END FROM known"
        f" UNION ALL SELECT question_id, value, NULL, code FROM known, codes"
        f" WHERE kind IN ({sets}) AND (value >> code) & 1 = 1"
    )
    _analyse(cursor, _MEANINGS)


def _hours() -> str:
    """The finest cells: one for each option ticked of a set, one for any other answer."""
    return (
        "SELECT e.touchpoint_id, e.day, e.hour, e.question_id, coalesce(m.level, e.level) AS level,"  # noqa: S608
        f" m.answer, e.exclusion, count(*) AS answers FROM feedback_answer AS e JOIN {_MEANINGS}"
        " AS m ON m.question_id = e.question_id AND m.value = e.value GROUP BY 1, 2, 3, 4, 5, 6, 7"
    )


def _rolled_up(keys: Sequence[str], source: str) -> str:
    """The query that sums the cells of a finer table."""
    if connection.vendor == "postgresql":
        # Without time zones nor decimal numbers, which would take longer than the sum. A Monday.
        month = "date_trunc('month', day::timestamp)::date"
        weekday, total = "((day - date '1900-01-01') % 7)::smallint", "sum(answers)::bigint"
    else:
        month, weekday = "date(day, 'start of month')", "(strftime('%w', day) + 6) % 7"
        total = "sum(answers)"
    made = {"month": month, "place": f"{weekday} * {len(Level)} + answer"}
    columns = ", ".join(f"{made[key]} AS {key}" if key in made else key for key in keys)
    places = ", ".join(str(place + 1) for place in range(len(keys)))
    return f"SELECT {columns}, {total} AS answers FROM {source} GROUP BY {places}"  # noqa: S608


def _weeks() -> str:
    """The counted smileys, whose cells of a week are put in one row."""
    smileys = (
        f"(SELECT h.* FROM {_right(_HOURS)} AS h JOIN feedback_question AS q"  # noqa: S608
        f" ON q.id = h.question_id WHERE q.kind = '{QuestionKind.SMILEY}'"
        f" AND h.exclusion = {Exclusion.NONE.value}) AS smileys"
    )
    # The place of a cell among the columns: one comparison a column, not two.
    cells = _rolled_up((*_KEYS[_WEEKS], "place"), smileys)
    numbers = ", ".join(
        f"CAST(coalesce(sum(answers) FILTER (WHERE place = {place}), 0) AS integer) AS {column}"
        for place, column in enumerate(WEEK_COLUMNS)
    )
    return (
        f"SELECT {', '.join(_KEYS[_WEEKS])}, {numbers} FROM ({cells}) AS cells GROUP BY 1, 2, 3, 4"  # noqa: S608
    )


def _write_right(cursor: CursorWrapper, table: str, rows: str) -> int:
    """Keep the rows that a query gives; how many."""
    name, keys = _right(table), ", ".join(_KEYS[table])
    if connection.vendor == "postgresql":
        cursor.execute(f"CREATE TEMPORARY TABLE {name} AS {rows}")
        written = cursor.rowcount
    else:
        # SQLite looks rows up one by one: in a tree of the same types as those of the table.
        types = ", ".join(
            f"{column} {'date' if column in ('day', 'month') else 'integer'} NOT NULL"
            for column in (*_KEYS[table], *_NUMBERS[table])
        )
        cursor.execute(
            f"CREATE TEMPORARY TABLE {name} ({types}, PRIMARY KEY ({keys})) WITHOUT ROWID"
        )
        cursor.execute(f"INSERT INTO {name} ({_names(table)}) {rows}")
        written = cursor.rowcount
    _analyse(cursor, name)
    return int(written)


def _gather_wrong(cursor: CursorWrapper, table: str) -> int:
    """Write the rows of a table that differ from its right ones; how many."""
    keys, numbers, right = _KEYS[table], _NUMBERS[table], _right(table)
    names = ", ".join(keys)
    of_right, of_kept = (", ".join(f"{one}.{name}" for name in numbers) for one in "rk")
    nothing = " AND ".join(f"k.{name} = 0" for name in numbers)
    kept = f"CASE WHEN {nothing} THEN 0 WHEN k.{keys[0]} IS NOT NULL THEN 1 END AS kept"
    wanted = f"CASE WHEN r.{keys[0]} IS NOT NULL THEN 1 END AS wanted"
    if connection.vendor == "postgresql":
        wrong = (
            f"SELECT {names}, {of_right}, {wanted}, {kept} FROM {right} AS r"  # noqa: S608
            f" FULL JOIN {table} AS k USING ({names})"
            f" WHERE ROW({of_right}) IS DISTINCT FROM ROW({of_kept})"
        )
    else:
        too_many = ", ".join(f"k.{key}" for key in keys)
        wrong = (
            f"SELECT {names}, {of_right}, {wanted}, {kept} FROM {right} AS r"  # noqa: S608
            f" LEFT JOIN {table} AS k USING ({names})"
            f" WHERE ({of_right}) IS NOT ({of_kept})"
            f" UNION ALL SELECT {too_many}, {of_right}, {wanted}, {kept} FROM {table} AS k"
            f" LEFT JOIN {right} AS r USING ({names}) WHERE r.{keys[0]} IS NULL"
        )
    cursor.execute(f"CREATE TEMPORARY TABLE {_WRONG} AS {wrong}")
    _analyse(cursor, _WRONG)
    cursor.execute(f"SELECT count(*) FROM {_WRONG}")  # noqa: S608
    return int(cursor.fetchone()[0])


def _names(table: str) -> str:
    return ", ".join((*_KEYS[table], *_NUMBERS[table]))


def _analyse(cursor: CursorWrapper, name: str) -> None:
    """Tell PostgreSQL how large a temporary table is: it plans what follows by that."""
    if connection.vendor == "postgresql":
        cursor.execute(f"ANALYZE {name}")


def _words(kinds: tuple[QuestionKind, ...]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)
