"""Which cells of the four tables of counts an answer changes, and changing them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from parvis.feedback.enums import NO_LEVEL, RESPONDENTS, SET_KINDS, TEXT_KINDS, QuestionKind
from parvis.feedback.ingestion.storing import insert_rows


class Cell(NamedTuple):
    """The finest cell: an hour of a day at a touchpoint."""

    touchpoint_id: int
    day: date
    hour: int
    question_id: int
    level: int
    answer: int
    exclusion: int


def answers_counted(kind: QuestionKind, value: int) -> Iterator[int]:
    """The `answer` of each cell that one event of this kind adds to."""
    if kind in SET_KINDS:
        yield RESPONDENTS
        code = 0
        while value:
            if value & 1:
                yield code
            value >>= 1
            code += 1
    elif kind in TEXT_KINDS:
        yield 1
    else:
        yield value


def level_counted(kind: QuestionKind, level: int) -> int:
    return NO_LEVEL if kind == QuestionKind.SMILEY else level


def change_counts(changes: Counter[Cell]) -> None:
    """Add to the cells of the four tables, inside the caller's transaction.

    Rows are written in the order of their keys: two writers never wait for each other in a ring.
    """
    changes = Counter({cell: change for cell, change in changes.items() if change})
    if not changes:
        return
    days: Counter[tuple[Any, ...]] = Counter()
    months: Counter[tuple[Any, ...]] = Counter()
    profiles: Counter[tuple[Any, ...]] = Counter()
    for cell, change in changes.items():
        rest = (cell.question_id, cell.level, cell.answer, cell.exclusion)
        month = cell.day.replace(day=1)
        days[(cell.touchpoint_id, cell.day, *rest)] += change
        months[(cell.touchpoint_id, month, *rest)] += change
        profiles[(cell.touchpoint_id, month, cell.day.weekday(), cell.hour, *rest)] += change
    _upsert("feedback_hourcount", _HOUR, changes)
    _upsert("feedback_daycount", _DAY, days)
    _upsert("feedback_monthcount", _MONTH, months)
    _upsert("feedback_weekprofilecount", _PROFILE, profiles)


_REST = {
    "question_id": "bigint",
    "level": "smallint",
    "answer": "smallint",
    "exclusion": "smallint",
}
_TOUCHPOINT = {"touchpoint_id": "bigint"}
# Key columns of each table with their PostgreSQL types, in the order of the primary key.
_HOUR = {**_TOUCHPOINT, "day": "date", "hour": "smallint", **_REST}
_DAY = {**_TOUCHPOINT, "day": "date", **_REST}
_MONTH = {**_TOUCHPOINT, "month": "date", **_REST}
_PROFILE = {**_TOUCHPOINT, "month": "date", "weekday": "smallint", "hour": "smallint", **_REST}


def _upsert(table: str, columns: dict[str, str], changes: Mapping[Any, int]) -> None:
    insert_rows(
        table,
        {**columns, "answers": "bigint"},
        sorted((*cell, change) for cell, change in changes.items()),
        on_conflict=f"ON CONFLICT ({', '.join(columns)}) DO UPDATE"
        f" SET answers = {table}.answers + excluded.answers",
    )
