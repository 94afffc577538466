"""Roll and box keep no order of arrival."""

from __future__ import annotations

import pytest
from django.db import connection
from django_scopes import scopes_disabled

from parvis.foundation.mail import queue_message
from parvis.foundation.models import OutgoingMail
from parvis.staff_polls.models import Ballot, EligibleAgent, PrintedCode
from parvis.staff_polls.operations.releasing import wipe_freed_space
from parvis.staff_polls.tests.voting import open_poll, put


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


@pytest.mark.django_db(transaction=True)
def test_freed_space_is_given_back(drawn_keys: None) -> None:
    poll = open_poll(12)
    put(poll, 1, {"fierte": 1})
    queue_message(to="a@example.org", subject="Rappel", body="x", language="fr", key="staff poll 1")
    with scopes_disabled():
        for model in (Ballot, EligibleAgent, OutgoingMail):
            model.objects.all().delete()
    wipe_freed_space()

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for model in (Ballot, EligibleAgent, OutgoingMail):
                cursor.execute("SELECT pg_relation_size(%s)", [model._meta.db_table])
                assert cursor.fetchone() == (0,)
