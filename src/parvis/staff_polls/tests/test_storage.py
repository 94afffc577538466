"""Roll and box keep no order of arrival."""

from __future__ import annotations

import pytest
from django.db import connection

from parvis.staff_polls.models import Ballot, EligibleAgent, PrintedCode


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="row numbers are SQLite's")
@pytest.mark.parametrize("model", [Ballot, EligibleAgent, PrintedCode])
def test_no_row_number(model: type) -> None:
    table = model._meta.db_table  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", [table])
        assert cursor.fetchone()[0].endswith("WITHOUT ROWID")
        indexes = {
            index[0]: index[1]
            for index in connection.introspection.get_constraints(cursor, table).items()
        }
    assert any(index["foreign_key"] for index in indexes.values())
