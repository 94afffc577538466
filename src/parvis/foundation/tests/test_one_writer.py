"""An embedded database has one writing process, whatever is started, stopped or killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from parvis.foundation import database_lock
from parvis.foundation.tests.programs import (
    Installation,
    children_of,
    free_port,
    is_alive,
    is_healthy,
    wait_until,
)


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Installation(tmp_path_factory.mktemp("migrated"))
    done = made.run("migrate", "--verbosity", "0")
    assert done.returncode == 0, done.stderr
    return made.home


@pytest.fixture
def installation(tmp_path: Path, migrated: Path) -> Installation:
    made = Installation(tmp_path / "home")
    shutil.copytree(migrated, made.home)
    (made.home / "static").mkdir(exist_ok=True)
    return made


def test_databases_in_memory_are_not_concerned() -> None:
    for name in ("", ":memory:", "file:memorydb_default?mode=memory&cache=shared"):
        assert database_lock.lock_path(name) is None
    assert database_lock.lock_path("/x/parvis.db") == Path("/x/parvis.db.lock")
    assert database_lock.lock_path("file:/x/parvis.db?mode=rw") == Path("/x/parvis.db.lock")


def test_a_free_or_absent_lock_has_no_holder(tmp_path: Path) -> None:
    assert database_lock.holder_of(tmp_path / "absent.lock") is None
    (tmp_path / "left.lock").write_text("{}")
    assert database_lock.holder_of(tmp_path / "left.lock") is None


def test_a_second_process_is_refused_and_told_who_writes(installation: Installation) -> None:
    port = free_port()
    with installation.started("serve", "--port", str(port)) as server:
        wait_until(lambda: is_healthy(port), "the server answers")
        (writer,) = children_of(server.pid)
        for command in (["worker", "--once"], ["serve", "--port", str(free_port())]):
            refused = installation.run(*command)
            assert refused.returncode == 1
            assert f"n° {writer}" in refused.stderr
            assert "serve --port" in refused.stderr
            assert "Traceback" not in refused.stderr
            assert refused.stderr.count("\n") == 1, "one sentence"
        # Looking and saving stay possible beside the server.
        looked = installation.run("doctor")
        assert f"n° {writer}" in looked.stdout
        saved = installation.run("backup", str(installation.home / "beside.tar"))
        assert saved.returncode == 0, saved.stderr
        assert is_healthy(port)
    done = installation.run("migrate", "--verbosity", "0")
    assert done.returncode == 0, "freed when the server stops"


def test_looking_cannot_write(installation: Installation) -> None:
    done = installation.python(
        "from parvis.foundation import database_lock\n"
        "from parvis.foundation.models import ScheduleState\n"
        "from django.utils import timezone\n"
        "with database_lock.reading_only():\n"
        "    ScheduleState.objects.create(name='x', next_due_at=timezone.now())\n"
    )
    assert "readonly database" in done.stderr


def test_a_killed_web_process_comes_back_with_its_worker(installation: Installation) -> None:
    port = free_port()
    with installation.started("serve", "--port", str(port)) as server:
        wait_until(lambda: is_healthy(port), "the server answers")
        (first,) = children_of(server.pid)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: children_of(server.pid) not in ([], [first]), "a new process")
        wait_until(lambda: is_healthy(port), "the server answers again")
        started = [line for line in installation.log.splitlines() if '"worker started"' in line]
        assert len(started) == 2


def test_a_killed_server_leaves_nobody_behind(installation: Installation) -> None:
    port = free_port()
    with installation.started("serve", "--port", str(port)) as server:
        wait_until(lambda: is_healthy(port), "the server answers")
        (writer,) = children_of(server.pid)
        server.kill()
        server.wait()
        wait_until(lambda: not is_alive(writer), "the web process stops too")
    assert installation.run("migrate", "--verbosity", "0").returncode == 0


def test_a_web_process_that_hangs_without_its_parent_ends_all_the_same(tmp_path: Path) -> None:
    """Seen once under load: the signal to stop was lost, and the port stayed taken."""
    hanging = (
        "import os, pathlib, signal, time, django\n"
        "django.setup()\n"
        "from parvis.foundation.serving import die_with_parent\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "die_with_parent(os.getppid(), 0.1)\n"
        "pathlib.Path('ready').touch()\n"
        "time.sleep(600)\n"
    )
    starting = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hanging!r}])"
    parent = subprocess.Popen([sys.executable, "-c", starting], cwd=tmp_path)
    wait_until((tmp_path / "ready").exists, "the process watches its parent")
    (orphan,) = children_of(parent.pid)
    parent.kill()
    parent.wait()
    wait_until(lambda: not is_alive(orphan), "the process ends itself")


def test_a_main_process_killed_before_its_child_looks_is_seen(tmp_path: Path) -> None:
    """The child comes to life as an orphan: whoever took it in is not the parent it is told of."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    orphan = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time, django\n"
            "django.setup()\n"
            "from parvis.foundation.serving import die_with_parent\n"
            "die_with_parent(int(sys.argv[1]))\n"
            "time.sleep(600)\n",
            str(gone.pid),
        ],
        cwd=tmp_path,
    )
    try:
        assert orphan.wait(timeout=60) == -signal.SIGTERM
    finally:
        orphan.kill()


def test_several_web_processes_are_refused_on_sqlite(installation: Installation) -> None:
    refused = installation.run("serve", "--workers", "2")
    assert refused.returncode == 1
    assert "PostgreSQL" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_database_that_is_not_up_to_date_is_not_served(tmp_path: Path) -> None:
    bare = Installation(tmp_path)
    refused = bare.run("serve", "--port", str(free_port()))
    assert refused.returncode == 1
    assert "parvis migrate" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_killed_workers_task_is_taken_up_again(installation: Installation) -> None:
    """The product's own worker, killed at work: the next one ends the task, once."""
    folder = installation.home / "sample"
    folder.mkdir()
    queued = installation.python(
        "from parvis.foundation.tests.sample_tasks import hang_once\n"
        f"hang_once.enqueue({str(folder)!r})\n"
    )
    assert queued.returncode == 0, queued.stderr
    with installation.started("worker") as killed:
        wait_until((folder / "started").exists, "the task starts")
        killed.kill()
        killed.wait()
    assert not (folder / "finished").exists()
    # What a minute without a heartbeat does.
    with closing(sqlite3.connect(installation.home / "parvis.db")) as database:
        database.execute("UPDATE foundation_tasklease SET expires_at = '2020-01-01 00:00:00'")
        database.commit()
    with installation.started("worker"):
        wait_until((folder / "finished").exists, "another worker ends the task")
    with closing(sqlite3.connect(installation.home / "parvis.db")) as database:
        rows = database.execute(
            "SELECT status, return_value, worker_ids FROM django_tasks_database_dbtaskresult"
            " WHERE task_path LIKE '%hang_once'"
        ).fetchall()
        ((status, value, workers),) = rows
        assert (status, json.loads(value)) == ("SUCCESSFUL", "finished")
        assert len(json.loads(workers)) == 2
        assert not database.execute("SELECT 1 FROM foundation_tasklease").fetchall()
