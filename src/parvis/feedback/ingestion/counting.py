"""Which cells of the tables of counts an answer changes, and changing them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from parvis.feedback.enums import (
    NO_LEVEL,
    RESPONDENTS,
    SET_KINDS,
    TEXT_KINDS,
    Exclusion,
    QuestionKind,
)
from parvis.feedback.models import WEEK_COLUMNS
from parvis.foundation.row_arrays import insert_rows


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


class Changes:
    """What events add to the counts, or take away."""

    def __init__(self) -> None:
        self.cells: Counter[Cell] = Counter()
        # Rows of `WeekProfile` by key, their numbers by column.
        self.weeks: dict[tuple[int, date, int, int], Counter[str]] = {}

    def add(
        self,
        kind: QuestionKind,
        *,
        touchpoint_id: int,
        day: date,
        hour: int,
        question_id: int,
        level: int,
        value: int,
        exclusion: int,
        times: int = 1,
    ) -> None:
        """One event `times` more; `level` and `value` as events hold them."""
        level = level_counted(kind, level)
        for answer in answers_counted(kind, value):
            cell = Cell(touchpoint_id, day, hour, question_id, level, answer, exclusion)
            self.cells[cell] += times
        if kind == QuestionKind.SMILEY and exclusion == Exclusion.NONE:
            week = (touchpoint_id, day.replace(day=1), question_id, hour)
            self.weeks.setdefault(week, Counter())[_COLUMNS[day.weekday(), value]] += times


_COLUMNS = {place: column for column, place in WEEK_COLUMNS.items()}


def change_counts(changes: Changes) -> None:
    """Add to the four tables, inside the caller's transaction.

    Rows are written in the order of their keys: two writers never wait for each other in a ring.
    """
    hours = {cell: change for cell, change in changes.cells.items() if change}
    if not hours:
        return
    days: Counter[tuple[Any, ...]] = Counter()
    months: Counter[tuple[Any, ...]] = Counter()
    for cell, change in hours.items():
        rest = (cell.question_id, cell.level, cell.answer, cell.exclusion)
        days[(cell.touchpoint_id, cell.day, *rest)] += change
        months[(cell.touchpoint_id, cell.day.replace(day=1), *rest)] += change
    _add_cells("feedback_hourcount", _HOUR, hours)
    _add_cells("feedback_daycount", _DAY, days)
    _add_cells("feedback_monthcount", _MONTH, months)
    _add_weeks(changes.weeks)


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
_WEEK = {**_TOUCHPOINT, "month": "date", "question_id": "bigint", "hour": "smallint"}


def _add_cells(table: str, keys: dict[str, str], changes: Mapping[Any, int]) -> None:
    rows = sorted((*cell, change) for cell, change in changes.items())
    _upsert(table, keys, {"answers": "bigint"}, rows)


def _add_weeks(weeks: Mapping[Any, Counter[str]]) -> None:
    """Name the columns that change alone: those of one weekday, while answers come as given."""
    touched = sorted({column for week in weeks.values() for column in week})
    rows = sorted((*key, *(week[column] for column in touched)) for key, week in weeks.items())
    if rows:
        _upsert("feedback_weekprofile", _WEEK, dict.fromkeys(touched, "integer"), rows)


def _upsert(
    table: str, keys: dict[str, str], numbers: dict[str, str], rows: Sequence[tuple[Any, ...]]
) -> None:
    sums = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in numbers)
    insert_rows(
        table,
        {**keys, **numbers},
        rows,
        on_conflict=f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {sums}",
    )
