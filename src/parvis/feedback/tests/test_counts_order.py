"""The cells of a touchpoint lie side by side: what a board reads does not grow with the others."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django_scopes import scopes_disabled

from parvis.feedback.boards.periods import Period
from parvis.feedback.boards.reading import Counts
from parvis.feedback.enums import Exclusion
from parvis.feedback.models import DayCount, HourCount, MonthCount, WeekProfile
from parvis.feedback.tests.counting import add_answers, add_reasons, cells_of_weeks
from parvis.feedback.tests.factories import TouchpointFactory

CELLS = (HourCount, DayCount, MonthCount)


def rows() -> list[Counter[tuple[object, ...]]]:
    with scopes_disabled():
        cells = [Counter({row.pk: row.answers for row in model.objects.all()}) for model in CELLS]
        return [*cells, cells_of_weeks()]


def migrate(name: str) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate([("feedback", name)])


def cells_of_months() -> int:
    """How many answers of all questions the weeks of months counted before migration 0013."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(answers) FROM feedback_weekprofilecount")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_the_tables_are_made_anew_with_their_rows_and_back():
    touchpoint = TouchpointFactory()
    for day in (date(2026, 3, 3), date(2026, 3, 8), date(2026, 4, 1)):
        add_answers(touchpoint, day, (1, 2, 3, 4))
        add_answers(touchpoint, day, (5, 0, 0, 1), hour=17)
        add_answers(touchpoint, day, (0, 7, 0, 0), exclusion=Exclusion.BURST)
        add_reasons(touchpoint, day, 0, {2: 1}, 1)
    before = rows()
    assert all(before)
    try:
        migrate("0012_counts_in_key_order")
        assert cells_of_months() == 3 * (10 + 6 + 7 + 2)
        migrate("0011_counts_without_checked_keys")
        assert cells_of_months() == 3 * (10 + 6 + 7 + 2)
    finally:
        migrate("0013_week_profiles")
    assert rows() == before


@pytest.mark.django_db
def test_a_board_reads_the_key_alone():
    """Not one page of the disk for each cell, as when a key leads to rows in order of arrival."""
    touchpoint = TouchpointFactory()
    add_answers(touchpoint, date(2026, 3, 3), (1, 2, 3, 4))
    counts = Counts(organisation_id=touchpoint.organisation_id, touchpoints=[touchpoint.pk])
    period = Period(date(2026, 2, 20), date(2026, 4, 3))
    with scopes_disabled(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Of a table of a few rows the planner reads the whole.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
        weeks = [rows.values_list("hour", "answers_6_3") for rows in counts._weeks(period)]
        cells = [*counts._coarse(period, counts._smileys), *counts._hours(period)]
        parts = [*weeks, *(rows.values_list("answer", "answers") for rows in cells)]
        assert {part.model for part in parts} == {*CELLS, WeekProfile}
        for part in parts:
            plan = part.explain()
            if connection.vendor == "postgresql":
                assert f"Index Only Scan using {part.model._meta.db_table}_pkey" in plan
            else:
                assert "USING PRIMARY KEY" in plan
