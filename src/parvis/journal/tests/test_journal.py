"""An entry is written with its act, and never touched again."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from parvis.journal.models import AppendOnlyError, Entry
from parvis.journal.operations import record

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry() -> Entry:
    return record(action="grid.imported", actor_id=7, organisation_id=3, version=2)


def test_an_entry_says_who_what_and_about_whom(entry):
    stored = Entry.objects.get()
    assert (stored.action, stored.actor_id, stored.organisation_id) == ("grid.imported", 7, 3)
    assert stored.details == {"version": 2}


def test_the_subject_is_kept_by_reference(entry):
    second = record(action="entry.quoted", actor_id=None, subject=entry)
    assert list(Entry.objects.about("entry", entry.pk)) == [second]


def test_the_model_refuses_change_and_deletion(entry):
    entry.action = "nothing.happened"
    with pytest.raises(AppendOnlyError):
        entry.save()
    with pytest.raises(AppendOnlyError):
        entry.delete()
    with pytest.raises(AppendOnlyError):
        Entry.objects.update(actor_id=1)
    with pytest.raises(AppendOnlyError):
        Entry.objects.all().delete()
    assert Entry.objects.get().action == "grid.imported"


def test_the_database_refuses_a_change_behind_the_model(entry):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE journal_entry SET actor_id = 1")


@pytest.mark.skipif(
    "connection.vendor != 'postgresql'",
    reason="on SQLite deletion is refused by the model alone (see the migration)",
)
def test_postgresql_refuses_a_deletion_behind_the_model(entry):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM journal_entry")


def fail_after_recording() -> None:
    with transaction.atomic():
        record(action="act.begun", actor_id=1)
        raise RuntimeError("the act itself fails")


def test_an_entry_dies_with_its_act():
    with pytest.raises(RuntimeError):
        fail_after_recording()
    assert not Entry.objects.exists()
