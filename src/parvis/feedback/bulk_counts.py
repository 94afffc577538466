"""The four tables of counts of many events at once: cells found by NumPy, added in order.

Same cells as `ingestion.counting` finds one by one; `parvis feedback rebuild` is the judge of both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from parvis.feedback.bulk_copy import copy_columns
from parvis.feedback.enums import RESPONDENTS, Exclusion, Level
from parvis.feedback.models import WEEK_COLUMNS

IntArray = NDArray[np.int64]

# Columns after the touchpoint and the period in every table, and their least values.
_REST: Final = ("question_id", "level", "answer", "exclusion")
# The epoch was a Thursday; weekdays are counted from Monday.
_WEEKDAY_OF_EPOCH = 3


@dataclass(frozen=True, slots=True)
class Counted:
    """Columns of shape (n,): each row adds its numbers to those of its key."""

    keys: Mapping[str, IntArray]
    numbers: Mapping[str, IntArray]

    @property
    def answers(self) -> IntArray:
        return self.numbers["answers"]


def add_to_counts(
    *,
    touchpoint_id: IntArray,
    question_id: IntArray,
    day: IntArray,
    hour: IntArray,
    level: IntArray,
    value: IntArray,
    exclusion: IntArray,
    is_set: NDArray[np.bool_],
    is_smiley: NDArray[np.bool_],
) -> int:
    """Add events to the four tables, in the caller's transaction; how many hours' cells changed.

    Arrays of shape (events,); `day` in days since 1970, `level` as events hold it.
    """
    row, answer = _counted_answers(value, is_set)
    if not row.size:
        return 0
    hours = _summed(
        {
            "touchpoint_id": touchpoint_id[row],
            "day": day[row],
            "hour": hour[row],
            "question_id": question_id[row],
            "level": level[row],
            "answer": answer,
            "exclusion": exclusion[row],
        },
        np.ones(row.size, np.int64),
    )
    found = dict(hours.keys)
    days = _summed({name: found[name] for name in ("touchpoint_id", "day", *_REST)}, hours.answers)
    months = _summed(
        {
            "touchpoint_id": found["touchpoint_id"],
            # Months as days since 1970 too: a month is named by its first day.
            "month": _first_days(found["day"]),
            **{name: found[name] for name in _REST},
        },
        hours.answers,
    )
    kept = np.flatnonzero(is_smiley & (exclusion == int(Exclusion.NONE)))
    # The order in which ingestion takes them too: two writers never wait for each other in a ring.
    _add("feedback_hourcount", hours)
    _add("feedback_daycount", days)
    _add("feedback_monthcount", months)
    if kept.size:
        keys = {
            "touchpoint_id": touchpoint_id[kept],
            "month": _first_days(day[kept]),
            "question_id": question_id[kept],
            "hour": hour[kept],
        }
        _add("feedback_weekprofile", _weeks(keys, day[kept], value[kept]))
    return int(hours.answers.size)


def _weeks(keys: Mapping[str, IntArray], day: IntArray, level: IntArray) -> Counted:
    """Counted smileys as rows of `WeekProfile`; all arrays of shape (smileys,)."""
    rows, row = _distinct(keys)
    column = (day + _WEEKDAY_OF_EPOCH) % 7 * len(Level) + level
    shape = (next(iter(rows.values())).size, len(WEEK_COLUMNS))
    numbers = np.bincount(row * shape[1] + column, minlength=shape[0] * shape[1]).reshape(shape)
    return Counted(rows, dict(zip(WEEK_COLUMNS, numbers.T, strict=True)))


def _counted_answers(value: IntArray, is_set: NDArray[np.bool_]) -> tuple[IntArray, IntArray]:
    """Pairs (event, `answer` of a cell it adds to): a set adds to its options and RESPONDENTS."""
    single, sets = np.flatnonzero(~is_set), np.flatnonzero(is_set)
    rows, answers = [single, sets], [value[single], np.full(sets.size, RESPONDENTS)]
    for code in range(int(value[sets].max(initial=0)).bit_length()):
        ticked = sets[(value[sets] >> code) & 1 == 1]
        rows.append(ticked)
        answers.append(np.full(ticked.size, code))
    return np.concatenate(rows), np.concatenate(answers)


def _first_days(days: IntArray) -> IntArray:
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64)


def _summed(columns: Mapping[str, IntArray], answers: IntArray) -> Counted:
    """One row a distinct cell, in the order of the columns."""
    cells, cell = _distinct(columns)
    return Counted(cells, {"answers": np.bincount(cell, weights=answers).astype(np.int64)})


def _distinct(columns: Mapping[str, IntArray]) -> tuple[dict[str, IntArray], IntArray]:
    """The distinct rows, in the order of the columns, and which of them each row is."""
    values, places = [], []
    for column in columns.values():
        distinct, place = np.unique(column, return_inverse=True)
        values.append(distinct)
        places.append(place)
    # Raises ValueError when the product of the sizes does not fit: no batch comes near.
    shape = tuple(distinct.size for distinct in values)
    rows, inverse = np.unique(np.ravel_multi_index(tuple(places), shape), return_inverse=True)
    unpacked = np.unravel_index(rows, shape)
    return {
        name: distinct[place]
        for name, distinct, place in zip(columns, values, unpacked, strict=True)
    }, inverse


def _add(table: str, counted: Counted) -> None:
    keys, names = ", ".join(counted.keys), ", ".join((*counted.keys, *counted.numbers))
    sums = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in counted.numbers)
    conflict = f"ON CONFLICT ({keys}) DO UPDATE SET {sums}"
    columns = {**counted.keys, **counted.numbers}
    if connection.vendor == "postgresql":
        _add_by_copy(table, columns, f"ORDER BY {keys} {conflict}")
        return
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks}) {conflict}",  # noqa: S608
            list(zip(*_as_stored(columns), strict=True)),
        )


def _add_by_copy(table: str, columns: Mapping[str, IntArray], order_and_conflict: str) -> None:
    """By a temporary table, since COPY adds to no cell that is there."""
    import pyarrow

    names = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {_TEMPORARY} ON COMMIT DROP AS"  # noqa: S608
            f" SELECT {names} FROM {table} WITH NO DATA"
        )
        copy_columns(
            _TEMPORARY,
            {
                name: pyarrow.array(column.astype(np.int32), pyarrow.date32())
                if name in _DATES
                else column
                for name, column in columns.items()
            },
        )
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM {_TEMPORARY} {order_and_conflict}"  # noqa: S608
        )
        # A load within a larger transaction makes it again for the next table.
        cursor.execute(f"DROP TABLE {_TEMPORARY}")


_TEMPORARY = "feedback_bulk_cells"
_DATES = ("day", "month")


def _as_stored(columns: Mapping[str, IntArray]) -> Sequence[Sequence[Any]]:
    """The columns as SQLite takes them: dates are texts."""
    return [
        np.datetime_as_string(column.astype("datetime64[D]")).tolist()
        if name in _DATES
        else column.tolist()
        for name, column in columns.items()
    ]
