"""The drill: save an installation, put it back elsewhere, and find every row and file again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.durability.clients import Client, Phone, Progress
from tests.durability.house import House

pytestmark = pytest.mark.database_server


def at_work(installation: House, plan: dict, *, seed: int, saves: int, uploads: int) -> Client:
    progress = Progress()
    # Each client has contacts of its own: it alone knows what they must hold.
    contacts = plan["contacts"][seed::2]
    phones = [Phone(installation.port, contact, progress) for contact in contacts]
    return Client(phones, plan["criteria"], saves=saves, uploads=uploads, seed=seed)


def test_a_backup_put_back_elsewhere_holds_the_same_rows_and_files(
    installation: House, elsewhere: House, tmp_path: Path
):
    """At rest: equal counts and hashes. Beside a server at work: all acknowledged before it."""
    live, quiet = tmp_path / "live.tar", tmp_path / "quiet.tar"
    plan = installation.module("prepare", 4, 0)
    installation.start()
    before = at_work(installation, plan, seed=0, saves=40, uploads=10)
    before.run()
    assert before.failure is None
    during = at_work(installation, plan, seed=1, saves=60, uploads=15)
    during.start()
    installation.run("backup", str(live))
    during.join()
    assert during.failure is None
    installation.stop()

    installation.run("backup", str(quiet))
    saved = installation.module("inventory")
    elsewhere.run("restore", str(quiet))
    restored = elsewhere.module("inventory")
    assert restored["tables"] == saved["tables"]
    assert restored["files"] == saved["files"]
    assert saved["tables"]["mystery_audits.Answer"][0] > 20
    # A file sent again was written again before its number was recognised: an orphan, swept later.
    assert len(saved["files"]) >= 25

    elsewhere.run("restore", "--force", str(live))
    found = elsewhere.module("census")
    answers = {(contact, code): (value, rev) for contact, code, value, rev in found["answers"]}
    for key, cell in before.cells.items():
        assert answers[key] == (cell.value, cell.revision)
    rows = {row["id"]: row for row in found["evidence"]}
    assert set(before.files) <= set(rows)
    for row in rows.values():
        assert found["files"][row["path"]] == [row["size_bytes"], row["sha256"]]


def test_a_cut_archive_is_refused_and_changes_nothing(
    installation: House, elsewhere: House, tmp_path: Path
):
    whole, cut = tmp_path / "whole.tar", tmp_path / "cut.tar"
    installation.module("prepare", 1, 0)
    installation.run("backup", str(whole))
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    before = elsewhere.module("inventory")
    with pytest.raises(AssertionError, match="incomplète"):
        elsewhere.run("restore", str(cut))
    assert elsewhere.module("inventory") == before
