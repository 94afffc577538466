"""The doctor says what is broken, in French, and fails then; it writes nothing."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from parvis.foundation import diagnosis, keys_apart, uploads
from parvis.foundation.diagnosis import Verdict, examine
from parvis.foundation.mail import queue_message
from parvis.foundation.models import MailState, OutgoingMail, ScheduleState
from parvis.foundation.tests import sample_tasks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.HOME = tmp_path / "home"
    settings.EVIDENCE_ROOT = settings.HOME / "evidence"
    settings.KEYS_APART = tmp_path / "keys"
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    settings.PUBLIC_ADDRESS = "https://barometre.exemple.fr"
    monkeypatch.setattr(uploads, "_references", {})
    # A server for tests trades durability for speed.
    monkeypatch.setattr(diagnosis, "DURABILITY", ())


def sentences(verdict: Verdict) -> list[str]:
    return [finding.sentence for finding in examine() if finding.verdict is verdict]


def broken() -> str:
    (sentence,) = sentences(Verdict.BROKEN)
    return sentence


def test_a_sound_installation(capsys: pytest.CaptureFixture[str]) -> None:
    assert sentences(Verdict.BROKEN) == []
    call_command("doctor")
    assert "Tout va bien." in capsys.readouterr().out
    assert list((diagnosis.settings.EVIDENCE_ROOT).iterdir()) == [], "the probe is gone"


def test_mail_that_waits(capsys: pytest.CaptureFixture[str]) -> None:
    queue_message(to="a@example.org", subject="x", body="x", language="fr", key="late:1")
    OutgoingMail.objects.update(
        queued_at=timezone.now() - timedelta(hours=1), error="ConnectionRefusedError: 25"
    )
    assert "1 courriel(s) en attente" in broken()
    assert "ConnectionRefusedError" in broken()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor")
    assert ended.value.code == 1
    assert "1 point(s) à réparer." in capsys.readouterr().out


@pytest.mark.parametrize("state", [MailState.UNKNOWN, MailState.FAILED])
def test_mail_that_needs_a_decision(state: MailState) -> None:
    queue_message(to="a@example.org", subject="x", body="x", language="fr", key="late:1")
    OutgoingMail.objects.update(
        state=state, settled_at=timezone.now() if state == MailState.FAILED else None
    )
    assert any(str(state.label) in sentence for sentence in sentences(Verdict.LOOK))


def test_a_parked_task_and_how_to_restart_it() -> None:
    queued = sample_tasks.note.enqueue("x")
    DBTaskResult.objects.update(
        status=TaskResultStatus.FAILED,
        finished_at=timezone.now(),
        worker_ids=["w"] * 5,
        exception_class_path="builtins.RuntimeError",
    )
    assert "sample_tasks.note" in broken()
    assert f"--restart {queued.id}" in broken()
    call_command("worker", restart=DBTaskResult.objects.get().pk)
    assert DBTaskResult.objects.get().status == TaskResultStatus.READY


def test_tasks_that_nobody_takes_up() -> None:
    sample_tasks.note.enqueue("x")
    assert sentences(Verdict.BROKEN) == []
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(hours=1))
    assert "parvis worker" in broken()


def test_a_schedule_that_nobody_follows() -> None:
    ScheduleState.objects.create(
        name="room.tasks.daily", next_due_at=timezone.now() - timedelta(hours=2)
    )
    assert "room.tasks.daily" in broken()


def test_a_row_without_its_file(settings) -> None:
    settings.EVIDENCE_ROOT.mkdir(parents=True)
    (settings.EVIDENCE_ROOT / "present.eml").write_bytes(b"x")
    uploads.register_references("EVIDENCE_ROOT", lambda: [("present.eml", "0"), ("gone.eml", "0")])
    assert "gone.eml" in broken()
    assert "1 pièce(s) sur 2" in broken()


def test_a_folder_that_cannot_be_written(settings) -> None:
    settings.HOME.mkdir()
    settings.EVIDENCE_ROOT.write_bytes(b"a file where the folder should be")
    assert "non inscriptible" in broken()


def test_where_the_keys_apart_are(settings) -> None:
    keys_apart.write("poll.0b2f", b"secret")
    (said,) = [sentence for sentence in sentences(Verdict.GOOD) if "Clés à part" in sentence]
    assert f"1 dans {settings.KEYS_APART}" in said
    settings.KEYS_APART.chmod(0o750)
    assert "ouvert à d’autres comptes" in sentences(Verdict.LOOK)[0]


def test_keys_apart_that_a_copy_of_the_data_would_take_along(settings) -> None:
    settings.KEYS_APART = settings.HOME / "keys"
    (sentence,) = sentences(Verdict.LOOK)
    assert f"une copie de {settings.HOME} emporterait les clés" in sentence


def test_keys_apart_that_cannot_be_kept(settings) -> None:
    settings.KEYS_APART.write_bytes(b"a file where the folder should be")
    assert "PARVIS_KEYS_APART" in broken()


@pytest.mark.parametrize(("free", "verdict"), [(5, Verdict.BROKEN), (500, Verdict.LOOK)])
def test_a_disk_that_fills(free: int, verdict: Verdict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        diagnosis.shutil, "disk_usage", lambda _path: type("Usage", (), {"free": free * 1024**2})
    )
    assert len(sentences(verdict)) == 2


def test_translations_not_compiled(settings) -> None:
    folder = settings.LOCALE_PATHS[0] / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text("")
    assert "translations.py compile" in broken()
    compiled = folder / "django.mo"
    compiled.write_bytes(b"")
    assert sentences(Verdict.BROKEN) == sentences(Verdict.LOOK) == []
    # An installation writes the two files in any order; a newer source is minutes newer.
    source_at = (folder / "django.po").stat().st_mtime
    os.utime(compiled, (source_at - 1, source_at - 1))
    assert sentences(Verdict.LOOK) == []
    os.utime(compiled, (source_at - 600, source_at - 600))
    assert "plus récente" in sentences(Verdict.LOOK)[0]


def test_settings_of_a_demonstration_are_pointed_out(settings) -> None:
    settings.DEMO = settings.DEBUG = True
    assert len([s for s in sentences(Verdict.LOOK) if "jamais en service" in s]) == 2


def test_links_that_background_work_cannot_give_are_pointed_out(settings) -> None:
    assert sentences(Verdict.LOOK) == []
    settings.PUBLIC_ADDRESS = ""
    (sentence,) = sentences(Verdict.LOOK)
    assert "PARVIS_PUBLIC_ADDRESS" in sentence
    settings.DEMO = True
    assert not any("PARVIS_PUBLIC_ADDRESS" in s for s in sentences(Verdict.LOOK))


def test_an_examination_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def _unlucky() -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(diagnosis, "_examinations", lambda: [_unlucky])
    assert broken() == "unlucky : ZeroDivisionError: oops"


def test_a_server_that_may_lose_what_it_acknowledged(monkeypatch: pytest.MonkeyPatch) -> None:
    class Cursor:
        values = {"server_version": "14.1", "server_version_num": "140001", "fsync": "off"}

        def execute(self, sql: str) -> None:
            self.asked = sql.removeprefix("SHOW ")

        def fetchone(self) -> tuple[str]:
            return (self.values.get(self.asked, "on"),)

    monkeypatch.setattr(diagnosis, "DURABILITY", ("synchronous_commit", "fsync"))
    found = [f.sentence for f in diagnosis._postgresql(Cursor()) if f.verdict is Verdict.BROKEN]
    assert len(found) == 2
    assert "15" in found[0]
    assert "fsync=off" in found[1]
