"""The drill: an archive puts back the same rows and files, or nothing at all."""

from __future__ import annotations

import errno
import hashlib
import json
import sqlite3
import tarfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from parvis.foundation import backups, erasures, personal_data, restores
from parvis.foundation.backups import BackupError, count_rows, make_backup
from parvis.foundation.mail import queue_message
from parvis.foundation.models import Erasure, MailState, OutgoingMail, ScheduleState
from parvis.foundation.restores import restore_backup
from parvis.foundation.uploads import write_durably

pytestmark = pytest.mark.django_db(transaction=True)

EVIDENCE = {"aa/aa01.eml": b"message", "bb/bb02.png": b"picture" * 1000}


@pytest.fixture(autouse=True)
def home(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.HOME = tmp_path / "home"
    settings.EVIDENCE_ROOT = settings.HOME / "evidence"
    # The purges of the rooms above have their own tests.
    monkeypatch.setattr(restores.purges, "run_purges", list)
    for name, content in EVIDENCE.items():
        write_durably(settings.EVIDENCE_ROOT / name, content)
    ScheduleState.objects.create(name="lu.comme.temoin", next_due_at=timezone.now())
    return settings.HOME


@pytest.fixture
def archive(home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "parvis.tar"
    make_backup(path)
    return path


def evidence(home: Path) -> dict[str, bytes]:
    root = home / "evidence"
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_the_manifest_says_what_the_archive_holds(archive: Path) -> None:
    with tarfile.open(archive) as opened:
        content = opened.extractfile("manifest.json")
        assert content is not None
        manifest = json.load(content)
        assert opened.getnames()[-1] == "manifest.json", "a cut archive has no manifest"
    assert manifest["tables"] == count_rows()
    assert manifest["tables"]["foundation_schedulestate"] == 1
    assert manifest["files"] == {
        name: hashlib.sha256(content).hexdigest() for name, content in EVIDENCE.items()
    }
    assert "foundation.0001_initial" in manifest["migrations"]
    assert archive.stat().st_mode & 0o077 == 0, "readable by its owner alone"


def test_a_lost_installation_comes_back_whole(archive: Path, home: Path) -> None:
    before = count_rows()
    ScheduleState.objects.all().delete()
    for path in (home / "evidence").rglob("*.*"):
        path.unlink()
    restored = restore_backup(archive)
    assert count_rows() == before
    assert ScheduleState.objects.get().name == "lu.comme.temoin"
    assert evidence(home) == EVIDENCE
    assert restored.manifest.tables == before
    assert not list(home.glob(".restore-*"))


def test_a_database_with_rows_is_replaced_only_by_force(archive: Path, home: Path) -> None:
    ScheduleState.objects.create(name="depuis", next_due_at=timezone.now())
    with pytest.raises(BackupError, match="--force"):
        restore_backup(archive)
    assert ScheduleState.objects.count() == 2
    restore_backup(archive, force=True)
    assert ScheduleState.objects.get().name == "lu.comme.temoin"


def test_a_damaged_file_is_replaced_and_a_newer_one_left(archive: Path, home: Path) -> None:
    (home / "evidence" / "aa" / "aa01.eml").write_bytes(b"rotten")
    write_durably(home / "evidence" / "cc" / "cc03.pdf", b"received since")
    restore_backup(archive, force=True)
    assert evidence(home) == {**EVIDENCE, "cc/cc03.pdf": b"received since"}


def full(*args: object, **kwargs: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "x"), sqlite3.OperationalError("full")])
def test_a_full_disk_leaves_no_archive(
    home: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def dump(target: Path) -> None:
        raise error

    monkeypatch.setattr(backups, "_dump", dump)
    with pytest.raises(BackupError, match="n’a pas pu être écrite"):
        make_backup(home / "pleine.tar")
    assert not list(home.glob("pleine*"))


@pytest.mark.parametrize("step", ["_extract", "_put_files_in_place"])
def test_a_full_disk_restores_nothing(
    archive: Path, home: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = count_rows()
    monkeypatch.setattr(restores, step, full)
    with pytest.raises(BackupError, match="n’a pas pu être remise"):
        restore_backup(archive, force=True)
    assert count_rows() == before
    assert evidence(home) == EVIDENCE
    assert not list(home.glob(".restore-*"))


def test_a_file_is_replaced_whole_or_not_at_all(
    archive: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        full()

    monkeypatch.setattr(restores.shutil, "move", half)
    with pytest.raises(BackupError):
        restore_backup(archive, force=True)
    assert evidence(home) == EVIDENCE
    assert not list((home / "evidence").rglob("*.partial"))


def rewrite(archive: Path, changes: dict[str, bytes | None]) -> None:
    """The same archive with some members replaced, or taken out (None)."""
    with tarfile.open(archive) as opened:
        contents = {name: opened.extractfile(name).read() for name in opened.getnames()}
    contents |= changes
    with tarfile.open(archive, "w") as written:
        for name, content in contents.items():
            if content is not None:
                path = archive.with_name("member")
                path.write_bytes(content)
                written.add(path, name)


def with_manifest(archive: Path, **changes: object) -> None:
    with tarfile.open(archive) as opened:
        manifest = json.load(opened.extractfile("manifest.json"))
    rewrite(archive, {"manifest.json": json.dumps(manifest | changes).encode()})


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda a: rewrite(a, {"evidence/aa/aa01.eml": b"massage"}), "abîmée"),
        (lambda a: rewrite(a, {"database": b"rubbish"}), "abîmée"),
        (lambda a: rewrite(a, {"evidence/aa/aa01.eml": None}), "incomplète"),
        (lambda a: rewrite(a, {"manifest.json": None}), "incomplète"),
        (lambda a: rewrite(a, {"manifest.json": b"{}"}), "incomplète"),
        (lambda a: a.write_bytes(a.read_bytes()[:5000]), "incomplète"),
        (lambda a: a.write_bytes(b"not an archive"), "incomplète"),
        (lambda a: a.unlink(), "n’existe pas"),
        (lambda a: with_manifest(a, format=2), "format"),
        (lambda a: with_manifest(a, vendor="oracle"), "oracle"),
        (lambda a: with_manifest(a, migrations=["foundation.9999_future"]), "plus récente"),
        (lambda a: with_manifest(a, files={"../../evil": "0"}), "interdit"),
    ],
)
def test_an_unfit_archive_changes_nothing(damage, words: str, archive: Path, home: Path) -> None:
    damage(archive)
    before = count_rows()
    with pytest.raises(BackupError, match=words):
        restore_backup(archive, force=True)
    assert count_rows() == before
    assert evidence(home) == EVIDENCE
    assert not list(home.glob(".restore-*"))


def test_a_wrong_count_is_reported(archive: Path) -> None:
    with_manifest(archive, tables={"foundation_schedulestate": 5})
    with pytest.raises(BackupError, match="foundation_schedulestate"):
        restore_backup(archive, force=True)


def test_erased_people_stay_erased(
    archive: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    erased: list[int] = []
    monkeypatch.setitem(personal_data._erasures, "accounts.Person", erased.append)
    erasures.record_erasure(kind="accounts.Person", subject_id=42)
    assert "42" in (home / "erasures.jsonl").read_text()
    restored = restore_backup(archive, force=True)
    assert erased == [42]
    assert restored.erased_again == 1
    assert Erasure.objects.get().subject_id == 42, "and the next restore knows it too"


def test_messages_that_waited_are_not_sent_blindly(home: Path, tmp_path: Path) -> None:
    queue_message(to="a@example.org", subject="Bonjour", body="x", language="fr", key="mail:1")
    make_backup(tmp_path / "waiting.tar")
    restored = restore_backup(tmp_path / "waiting.tar", force=True)
    assert restored.mails_held_back == 1
    assert OutgoingMail.objects.get().state == MailState.UNKNOWN


def test_an_archive_is_never_overwritten_nor_left_half_written(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BackupError, match="existe déjà"):
        make_backup(archive)

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backups, "_write_archive", full)
    with pytest.raises(BackupError, match="No space left"):
        make_backup(tmp_path / "second.tar")
    assert not list(tmp_path.glob("second.tar*"))


def test_the_commands(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "commande.tar"
    # The database in memory lives as long as its connections: nothing to close here.
    call_command("backup", target)
    with pytest.raises(CommandError, match="--force"):
        call_command("restore", target)
    call_command("restore", target, force=True)
    said = capsys.readouterr().out
    assert "2 pièces" in said
    assert "Restauré et vérifié" in said


def test_recent_rows_are_in_the_archive(archive: Path, tmp_path: Path) -> None:
    """Rows committed after an archive are in the next one, not in the former."""
    ScheduleState.objects.create(name="plus.tard", next_due_at=timezone.now() + timedelta(days=1))
    second = make_backup(tmp_path / "second.tar")
    assert second.tables["foundation_schedulestate"] == 2
    restore_backup(archive, force=True)
    assert ScheduleState.objects.count() == 1
    assert connection.vendor in ("sqlite", "postgresql")
