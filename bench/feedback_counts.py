"""The counts that millions of answers would leave, written by the database itself.

Visits are drawn in a table of their own by an arithmetic hash of their rank, the same on both
databases and from one run to the next, then added up into the four tables of counts.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

# Of ten answers, six are smileys and four are reasons.
VISITS_IN_TEN_ANSWERS = 6

DRAWN = """
SELECT i % {touchpoints} AS place, {day} AS n, 8 + {hour} AS hour,
       CASE WHEN {level} < 8 THEN 0 WHEN {level} < 20 THEN 1 WHEN {level} < 55 THEN 2 ELSE 3 END
           AS level,
       CASE WHEN {excluded} < 4 THEN 2 ELSE 0 END AS exclusion,
       CASE WHEN {answered} < 64 THEN {answered} % 6 ELSE -1 END AS reason
FROM {ranks}
"""
PERIODS = {
    "feedback_hourcount": ("day, hour", "d.day, v.hour"),
    "feedback_daycount": ("day", "d.day"),
    "feedback_monthcount": ("month", "d.month"),
    "feedback_weekprofilecount": ("month, weekday, hour", "d.month, d.weekday, v.hour"),
}
SMILEYS = """
INSERT INTO {table} (touchpoint_id, question_id, level, answer, exclusion, answers, {columns})
SELECT p.touchpoint, p.smiley, -1, v.level, v.exclusion, COUNT(*), {values}
FROM bench_visit v JOIN bench_place p ON p.place = v.place JOIN bench_day d ON d.n = v.n
GROUP BY p.touchpoint, p.smiley, v.level, v.exclusion, {values}
"""
REASONS = """
INSERT INTO {table} (touchpoint_id, question_id, level, answer, exclusion, answers, {columns})
SELECT p.touchpoint, p.reasons, v.level, {answer}, v.exclusion, COUNT(*), {values}
FROM bench_visit v JOIN bench_place p ON p.place = v.place JOIN bench_day d ON d.n = v.n
WHERE v.reason >= 0
GROUP BY p.touchpoint, p.reasons, v.level, {answer_key} v.exclusion, {values}
"""


def fill_counts(places: list[tuple[int, int, int]], *, answers: int, first: date, days: int) -> int:
    """Fill the counts of (touchpoint, smiley question, reasons question); return the cells."""
    from django.db import connection

    visits = answers * VISITS_IN_TEN_ANSWERS // 10
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_place (place int, touchpoint int, smiley int, reasons int)"
        )
        cursor.executemany(
            "INSERT INTO bench_place VALUES (%s, %s, %s, %s)",
            [(index, *place) for index, place in enumerate(places)],
        )
        cursor.execute("CREATE TABLE bench_day (n int, day date, month date, weekday int)")
        cursor.executemany(
            "INSERT INTO bench_day VALUES (%s, %s, %s, %s)",
            [_day(n, first + timedelta(days=n)) for n in range(days)],
        )
        cursor.execute(
            "CREATE TABLE bench_visit "
            "(place int, n int, hour int, level int, exclusion int, reason int)"
        )
        cursor.execute(_visits(connection.vendor, len(places), visits, days))
        cells = 0
        for table, (columns, values) in PERIODS.items():
            said = {"table": table, "columns": columns, "values": values}
            cursor.execute(SMILEYS.format(**said))
            cells += cursor.rowcount
            for answer, key in (("v.reason", "v.reason,"), ("-1", "")):
                cursor.execute(REASONS.format(answer=answer, answer_key=key, **said))
                cells += cursor.rowcount
        for table in ("bench_visit", "bench_day", "bench_place"):
            cursor.execute(f"DROP TABLE {table}")
    return cells


def _day(n: int, day: date) -> tuple[Any, ...]:
    return (n, day.isoformat(), day.replace(day=1).isoformat(), day.weekday())


def _visits(vendor: str, places: int, visits: int, days: int) -> str:
    """One statement that draws every visit; each trait has a hash of its own."""

    def hashed(factor: int, size: int) -> str:
        return f"(((i * {factor} + 12345) % 4294967291) / 64 % {size})"

    drawn = DRAWN.format(
        touchpoints=places,
        day=hashed(2654435761, days),
        hour=hashed(805459861, 10),
        level=hashed(3674653429, 100),
        excluded=hashed(1500450271, 100),
        answered=hashed(2147483659, 100),
        ranks="ranks",
    )
    if vendor == "postgresql":
        ranks = f"SELECT generate_series(0, {visits - 1})::bigint AS i"
        return f"WITH ranks AS ({ranks}) INSERT INTO bench_visit {drawn}"
    ranks = f"SELECT 0 AS i UNION ALL SELECT i + 1 FROM ranks WHERE i < {visits - 1}"
    return f"WITH RECURSIVE ranks(i) AS ({ranks}) INSERT INTO bench_visit {drawn}"
