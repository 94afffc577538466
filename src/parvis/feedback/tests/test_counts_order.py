"""The cells of a touchpoint lie side by side: what a board reads does not grow with the others."""

from __future__ import annotations

from datetime import date
from importlib import import_module

import pytest
from django.db import connection
from django_scopes import scopes_disabled

from parvis.feedback.boards.periods import Period
from parvis.feedback.boards.reading import Counts
from parvis.feedback.models import DayCount, HourCount, MonthCount, WeekProfileCount
from parvis.feedback.tests.counting import add_answers, add_reasons
from parvis.feedback.tests.factories import TouchpointFactory

MODELS = (HourCount, DayCount, MonthCount, WeekProfileCount)
migration = import_module("parvis.feedback.migrations.0012_counts_in_key_order")


def rows() -> list[list[tuple[object, ...]]]:
    with scopes_disabled():
        return [sorted((*row.pk, row.answers) for row in model.objects.all()) for model in MODELS]


@pytest.mark.django_db(transaction=True)
def test_the_tables_are_made_anew_with_their_rows_and_back():
    touchpoint = TouchpointFactory()
    for day in (date(2026, 3, 3), date(2026, 3, 4), date(2026, 4, 1)):
        add_answers(touchpoint, day, (1, 2, 3, 4))
        add_reasons(touchpoint, day, 0, {2: 1}, 1)
    before = rows()
    assert all(before)
    for change in (migration.in_order_of_arrival, migration.in_key_order):
        with connection.schema_editor() as editor:
            change(None, editor)
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
        parts = [*counts._coarse(period, counts._smileys), *counts._hourly(period)]
        assert {part.model for part in parts} == set(MODELS)
        for part in parts:
            plan = part.values_list("answer", "answers").explain()
            if connection.vendor == "postgresql":
                assert f"Index Only Scan using {part.model._meta.db_table}_pkey" in plan
            else:
                assert "USING PRIMARY KEY" in plan
