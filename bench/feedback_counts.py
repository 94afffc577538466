"""The counts, and on PostgreSQL the events, that millions of answers would leave.

Visits are drawn month by month with the same seed and the same distribution at every size: spread
evenly over touchpoints, days and the hours from 8 to 18, which gives the most cells for a number of
answers. On PostgreSQL rows are written in the order in which service would have made them (a cell
when its first answer comes), so that those of one touchpoint lie apart on the disk, as they do
there; on SQLite the order of arrival leaves no trace (migration 0012), and key order is faster.

Only the way in differs from service: PostgreSQL reads COPY into tables whose keys are made
afterwards, SQLite writes without a journal. The tables end up with the product's own keys, those of
PostgreSQL denser than service leaves them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

SEED = 7
# Of ten answers, six are smileys and four, or nearly, reasons.
VISITS_IN_TEN_ANSWERS = 6
FIRST_HOUR, HOURS = 8, 10
LEVEL_SHARES = (0.08, 0.12, 0.35, 0.45)
LEVELS = len(LEVEL_SHARES)
REASONS = 6
REASON_SHARE = 0.64
EXCLUDED_SHARE = 0.04
EXCLUSION = 2
RESPONDENTS = -1
NO_LEVEL = -1
WRITERS = 2

# Touchpoints written together on SQLite.
PLACES_TOGETHER = 100
# Period columns of each table.
TABLES = {
    "feedback_hourcount": ("day", "hour"),
    "feedback_daycount": ("day",),
    "feedback_monthcount": ("month",),
}
WEEKS = "feedback_weekprofile"
# In a packed cell, the rank of its visit comes last.
RANK_BITS = 24


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits in the order of time, or of touchpoints; arrays of shape (visits,)."""

    place: IntArray
    # Since 1970.
    day: IntArray
    hour: IntArray
    level: IntArray
    is_excluded: IntArray
    # -1 = no reason given.
    reason: IntArray


def fill_counts(
    places: Sequence[tuple[int, int, int]], *, answers: int, first: date, days: int
) -> int:
    """Fill the counts of (touchpoint, smiley question, reasons question); return the cells."""
    from django.db import connection

    ids = np.array(places, np.int64)
    parts = _months(len(places), answers * VISITS_IN_TEN_ANSWERS // 10, first, days)
    if connection.vendor != "postgresql":
        parts = _by_places(parts, len(places))
    writes = [partial(_write, ids, table) for table in TABLES]
    with _bulk([*TABLES, WEEKS]):
        return sum(_written(parts, [*writes, partial(_write_weeks, ids)]))


def _written(parts: Iterator[Visits], writes: Sequence[Any]) -> Iterator[int]:
    """What each write gives of each part; on PostgreSQL two at a time, while one is drawn."""
    from django.db import connection

    if connection.vendor != "postgresql":
        for part in parts:
            for write in writes:
                yield write(part)
        return
    with ThreadPoolExecutor(WRITERS) as pool:
        before: list[Future[int]] = []
        for part in parts:
            now = [pool.submit(write, part) for write in writes]
            yield from (future.result() for future in before)
            before = now
        yield from (future.result() for future in before)


# --- Visits --------------------------------------------------------------------------------------


def _months(places: int, visits: int, first: date, days: int) -> Iterator[Visits]:
    rng = np.random.default_rng(SEED)
    start = 0
    while start < days:
        day = first + timedelta(days=start)
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        end = min(days, start + (following - day).days)
        yield _month(rng, places, visits * end // days - visits * start // days, day, end - start)
        start = end


def _month(rng: np.random.Generator, places: int, visits: int, first: date, days: int) -> Visits:
    day = rng.integers(days, size=visits)
    hour = rng.integers(HOURS, size=visits) + FIRST_HOUR
    # Sixteen bits: NumPy then sorts by radix.
    order = np.argsort((day * 24 + hour).astype(np.uint16), kind="stable")
    answered = rng.random(visits) < REASON_SHARE
    found = Visits(
        place=rng.integers(places, size=visits),
        day=day[order] + np.datetime64(first, "D").astype(np.int64),
        hour=hour[order],
        level=np.searchsorted(np.cumsum(LEVEL_SHARES)[:-1], rng.random(visits), side="right"),
        is_excluded=rng.random(visits) < EXCLUDED_SHARE,
        reason=np.where(answered, rng.integers(REASONS, size=visits), -1),
    )
    return _each(found, lambda column: column.astype(np.int16))


def _by_places(months: Iterator[Visits], places: int) -> Iterator[Visits]:
    """The same visits, some touchpoints after the other: their cells are written in key order."""
    every = Visits(
        *(
            np.concatenate(column)
            for column in zip(*(_columns(month) for month in months), strict=True)
        )
    )
    order = np.argsort(every.place, kind="stable")
    bounds = np.searchsorted(every.place[order], range(0, places + 1, PLACES_TOGETHER))
    for start, end in pairwise([*bounds.tolist(), every.place.size]):
        rows = order[start:end]
        if rows.size:
            yield _each(every, lambda column: column[rows])  # noqa: B023


def _columns(visits: Visits) -> list[IntArray]:
    return [getattr(visits, field.name) for field in fields(Visits)]


def _each(visits: Visits, change: Callable[[IntArray], IntArray]) -> Visits:
    return Visits(*map(change, _columns(visits)))


# --- Cells ---------------------------------------------------------------------------------------


def cells_of(
    visits: Visits, table: str, *, by_arrival: bool
) -> tuple[dict[str, IntArray], IntArray]:
    """Columns of a table but for the keys of rows, and its answers, by first visit or by key."""
    visits = _each(visits, lambda column: column.astype(np.int64))
    periods = {"day": visits.day, "hour": visits.hour, "month": _first_days(visits.day)}
    given = np.flatnonzero(visits.reason >= 0)
    nothing = np.zeros_like(given)
    everybody = np.arange(visits.place.size)
    # A smiley, a reason, somebody who gave one: (visit, question, level, answer).
    parts = [
        (everybody, np.zeros_like(everybody), np.full_like(everybody, NO_LEVEL), visits.level),
        (given, nothing + 1, visits.level[given], visits.reason[given]),
        (given, nothing + 1, visits.level[given], nothing + RESPONDENTS),
    ]
    visit, question, level, answer = (np.concatenate(column) for column in zip(*parts, strict=True))
    columns = {
        "place": visits.place[visit],
        **{name: periods[name][visit] for name in TABLES[table]},
        "question_id": question,
        "level": level,
        "answer": answer,
        "exclusion": visits.is_excluded[visit] * EXCLUSION,
    }
    least = {name: int(column.min()) for name, column in columns.items()}
    sizes = tuple(int(column.max()) - least[name] + 1 for name, column in columns.items())
    codes = tuple(column - least[name] for name, column in columns.items())
    packed = np.ravel_multi_index(codes, sizes).astype(np.uint64)
    packed = np.sort(packed << np.uint64(RANK_BITS) | visit.astype(np.uint64))
    key = packed >> np.uint64(RANK_BITS)
    starts = np.flatnonzero(np.diff(key, prepend=np.uint64(2**63)))
    answers = np.diff(starts, append=key.size)
    order = np.arange(starts.size)
    if by_arrival:
        order = np.argsort(packed[starts] & np.uint64(2**RANK_BITS - 1), kind="stable")
    unpacked = np.unravel_index(key[starts][order].astype(np.int64), sizes)
    return (
        {name: column + least[name] for name, column in zip(columns, unpacked, strict=True)},
        answers[order].astype(np.int64),
    )


def _write(ids: IntArray, table: str, visits: Visits) -> int:
    from django.db import connection

    columns, answers = cells_of(visits, table, by_arrival=connection.vendor == "postgresql")
    place, question = columns.pop("place"), columns.pop("question_id")
    _append(
        table,
        {
            "touchpoint_id": ids[place, 0],
            "question_id": ids[place, question + 1],
            **columns,
            "answers": answers,
        },
    )
    return answers.size


def weeks_of(visits: Visits) -> tuple[dict[str, IntArray], IntArray]:
    """Places, months and hours with counted smileys, by first visit; their columns of the week."""
    visits = _each(visits, lambda column: column.astype(np.int64))
    kept = _each(visits, lambda column: column[visits.is_excluded == 0])
    months, month = np.unique(_first_days(kept.day), return_inverse=True)
    shape = (int(kept.place.max()) + 1, months.size, 24)
    cells, first, row = np.unique(
        np.ravel_multi_index((kept.place, month, kept.hour), shape),
        return_index=True,
        return_inverse=True,
    )
    # The epoch was a Thursday.
    column = (kept.day + 3) % 7 * LEVELS + kept.level
    numbers = np.bincount(row * 7 * LEVELS + column, minlength=cells.size * 7 * LEVELS)
    order = np.argsort(first, kind="stable")
    place, month, hour = np.unravel_index(cells[order], shape)
    return (
        {"place": place, "month": months[month], "hour": hour},
        numbers.reshape(cells.size, 7 * LEVELS)[order],
    )


def _first_days(days: IntArray) -> IntArray:
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64)


def _write_weeks(ids: IntArray, visits: Visits) -> int:
    from parvis.feedback.models import WEEK_COLUMNS

    columns, numbers = weeks_of(visits)
    place = columns.pop("place")
    _append(
        WEEKS,
        {
            "touchpoint_id": ids[place, 0],
            "question_id": ids[place, 1],
            **columns,
            **dict(zip(WEEK_COLUMNS, numbers.T, strict=True)),
        },
    )
    return place.size


def _append(table: str, columns: Mapping[str, IntArray]) -> None:
    from django.db import connection

    if connection.vendor == "postgresql":
        import pyarrow

        from parvis.feedback.bulk_copy import copy_columns

        copy_columns(
            table,
            {
                name: pyarrow.array(column.astype(np.int32), pyarrow.date32())
                if name in ("day", "month")
                else column
                for name, column in columns.items()
            },
        )
        return
    values = [
        _texts_of_days(column) if name in ("day", "month") else column.tolist()
        for name, column in columns.items()
    ]
    marks = ", ".join("?" * len(columns))
    connection.ensure_connection()
    connection.connection.execute("BEGIN")
    connection.connection.executemany(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",
        zip(*values, strict=True),
    )
    connection.connection.execute("COMMIT")


def _texts_of_days(days: IntArray) -> list[str]:
    distinct, place = np.unique(days, return_inverse=True)
    texts = np.datetime_as_string(distinct.astype("datetime64[D]")).astype(object)
    found: list[str] = texts[place].tolist()
    return found


# --- The way in ----------------------------------------------------------------------------------

FASTER_SQLITE = ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-1500000")
SERVICE_SQLITE = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-2000")


@contextmanager
def _bulk(tables: Sequence[str]) -> Iterator[None]:
    """Write without journal on SQLite, without keys on PostgreSQL; all is put back afterwards."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            for pragma in FASTER_SQLITE:
                cursor.execute(f"PRAGMA {pragma}")
            yield
            for pragma in SERVICE_SQLITE:
                cursor.execute(f"PRAGMA {pragma}")
            return
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
            " FROM pg_constraint WHERE conrelid::regclass::text = ANY(%s) AND contype IN ('p', 'f')"
            # Primary keys first.
            " ORDER BY contype DESC",
            [list(tables)],
        )
        constraints = cursor.fetchall()
        for table, name, _definition in reversed(constraints):
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        yield
        cursor.execute("SET maintenance_work_mem = '1GB'")
        for table, name, definition in constraints:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        cursor.execute("RESET maintenance_work_mem")
