"""Boxes and presences keep no order of arrival."""

from __future__ import annotations

import pytest
from django.db import connection

from parvis.live_sessions.models import LiveBallot, LiveText, Presence


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="row numbers are SQLite's")
@pytest.mark.parametrize("model", [LiveBallot, LiveText, Presence])
def test_no_row_number(model: type) -> None:
    table = model._meta.db_table  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", [table])
        assert cursor.fetchone()[0].endswith("WITHOUT ROWID")
