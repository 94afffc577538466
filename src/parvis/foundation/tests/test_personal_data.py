"""The register knows every field that could hold personal data, and each retention is enforced."""

from __future__ import annotations

import errno
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import models, transaction
from django.utils import timezone

from parvis.foundation import erasures, personal_data, purges
from parvis.foundation.models import Erasure, OutgoingMail
from parvis.foundation.personal_data import Controller, declare, erases, not_personal


@pytest.fixture
def _empty_register(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_personal", "_not_personal", "_erasures"):
        monkeypatch.setattr(personal_data, name, {})


def test_no_field_that_could_be_personal_is_undeclared() -> None:
    assert personal_data.undeclared_fields() == []


def test_no_declaration_names_a_field_that_is_gone() -> None:
    assert personal_data.stale_declarations() == []


@pytest.mark.usefixtures("_empty_register")
def test_an_undeclared_field_fails_the_build() -> None:
    names = personal_data.undeclared_fields()
    assert "foundation.OutgoingMail.to" in names
    assert "foundation.OutgoingMail.state" not in names, "restricted to choices"
    errors = personal_data.check_register(None)
    assert {error.id for error in errors} == {"parvis.E001"}
    declare(
        "foundation.OutgoingMail", "to", purpose="x", controller=Controller.OPERATOR, retention="x"
    )
    not_personal("foundation.OutgoingMail", "gone", because="x")
    errors = personal_data.check_register(None)
    assert "foundation.OutgoingMail.to" not in personal_data.undeclared_fields()
    assert [error.msg for error in errors if error.id == "parvis.E002"] == [
        "foundation.outgoingmail.gone is declared in the register but does not exist"
    ]


@pytest.mark.parametrize(
    ("field", "may_be"),
    [
        (models.CharField(max_length=10), True),
        (models.CharField(max_length=10, choices=[("a", "A")]), False),
        (models.TextField(), True),
        (models.EmailField(), True),
        (models.JSONField(), True),
        (models.FileField(), True),
        (models.GenericIPAddressField(), True),
        (models.BinaryField(), True),
        (models.UUIDField(), False),
        (models.DateTimeField(), False),
        (models.BooleanField(), False),
        (models.DecimalField(), False),
    ],
)
def test_which_fields_could_be_personal(field: models.Field, may_be: bool) -> None:
    field.set_attributes_from_name("some_field")
    assert personal_data.may_be_personal(field) is may_be


@pytest.mark.parametrize(
    ("name", "may_be"), [("actor_id", True), ("author_person_id", True), ("organisation_id", False)]
)
def test_numbers_of_people_are_personal(name: str, may_be: bool) -> None:
    field = models.BigIntegerField()
    field.set_attributes_from_name(name)
    assert personal_data.may_be_personal(field) is may_be


@pytest.mark.usefixtures("_empty_register")
def test_a_declaration_is_made_once_and_whole() -> None:
    whole = {"purpose": "x", "controller": Controller.OPERATOR}
    declare("a.B", "c", retention="x", **whole)
    with pytest.raises(ValueError, match="twice"):
        declare("a.B", "c", retention="x", **whole)
    with pytest.raises(ValueError, match="twice"):
        not_personal("a.b", "c", because="x")
    with pytest.raises(ValueError, match="purge"):
        declare("a.B", "d", retention=timedelta(days=1), **whole)


@pytest.mark.django_db
@pytest.mark.usefixtures("_empty_register")
def test_every_purge_runs_even_when_one_fails(capsys: pytest.CaptureFixture[str]) -> None:
    ran: list[tuple[str, bool]] = []

    def first(now: datetime, dry_run: bool) -> int:
        ran.append(("first", dry_run))
        OutgoingMail.objects.create(key="half", message_id="half", to="a@b.fr", language="fr")
        raise RuntimeError("broken")

    def second(now: datetime, dry_run: bool) -> int:
        ran.append(("second", dry_run))
        return 3

    whole = {"purpose": "x", "controller": Controller.OPERATOR, "retention": timedelta(days=1)}
    declare("a.B", "c", "d", purge=second, **whole)
    assert [purged.rows for purged in purges.run_purges(dry_run=True)] == [3]
    assert ran == [("second", True)], "a purge declared for two fields runs once"
    call_command("purge")
    assert "3 ligne(s) purgée(s)." in capsys.readouterr().out
    declare("a.A", "a", purge=first, **whole)
    ran.clear()
    with pytest.raises(CommandError, match="first"):
        call_command("purge")
    assert ran == [("first", False), ("second", False)]
    assert not OutgoingMail.objects.exists(), "what a failed purge began is undone"


@pytest.mark.django_db
def test_a_dry_run_of_every_declared_purge_changes_nothing() -> None:
    assert len(purges.run_purges(dry_run=True)) == len(personal_data.purges())


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_empty_register")
class TestErasures:
    @pytest.fixture(autouse=True)
    def _home(self, settings, tmp_path: Path) -> None:
        settings.HOME = tmp_path / "home"

    def test_an_erasure_is_listed_when_it_is_committed(self) -> None:
        with transaction.atomic():
            erasures.record_erasure(kind="a.B", subject_id=1)
            erasures.record_erasure(kind="a.B", subject_id=1)
            assert erasures.read_list() == set()
        assert erasures.read_list() == {("a.B", 1)}
        with transaction.atomic():
            erasures.record_erasure(kind="a.B", subject_id=2)
            transaction.set_rollback(True)
        assert erasures.read_list() == {("a.B", 1)}

    def test_a_full_disk_does_not_deny_what_is_erased(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*args: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(os, "open", full)
            erasures.record_erasure(kind="a.B", subject_id=1)
        assert erasures.read_list() == set()
        erasures.write_list()
        assert erasures.read_list() == {("a.B", 1)}

    def test_a_process_that_died_after_its_commit_is_made_good(self) -> None:
        Erasure.objects.create(kind="a.B", subject_id=7, at=timezone.now())
        erasures.write_list()
        erasures.write_list()
        assert erasures._path().read_text().count("\n") == 1
        assert erasures.read_list() == {("a.B", 7)}

    def test_a_line_cut_short_is_left_out_and_written_again(self) -> None:
        erasures.record_erasure(kind="a.B", subject_id=1)
        whole = erasures._path().read_text()
        erasures._path().write_text(whole + whole[:10])
        assert erasures.read_list() == {("a.B", 1)}
        erasures.record_erasure(kind="a.B", subject_id=2)
        assert erasures.read_list() == {("a.B", 1), ("a.B", 2)}

    def test_a_replay_erases_what_the_list_or_the_database_knows(self) -> None:
        erased: list[int] = []
        erases("a.B", erased.append)
        erasures.record_erasure(kind="a.B", subject_id=1)
        Erasure.objects.all().delete()  # an older database is put back
        Erasure.objects.create(kind="a.B", subject_id=2, at=timezone.now())
        assert erasures.replay() == 2
        assert sorted(erased) == [1, 2]
        assert set(Erasure.objects.values_list("subject_id", flat=True)) == {1, 2}
        assert erasures.replay() == 2, "as often as there are restores"
