"""Keys kept apart: written once, for their owner alone, in no backup, and gone when destroyed."""

from __future__ import annotations

import os
import stat
import tarfile
from pathlib import Path

import pytest
from django.test import RequestFactory

from parvis.foundation import keys_apart
from parvis.foundation.backups import make_backup
from parvis.foundation.keys_apart import KeyExists, KeyMissing
from parvis.foundation.refusals import RefusalMiddleware
from parvis.foundation.uploads import write_durably

SECRET = b"a secret of 32 bytes, in no copy"
NAME = "poll.0b2f7c1e.box"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Path:
    settings.KEYS_APART = tmp_path / "apart" / "keys"
    return settings.KEYS_APART


def test_written_then_read(folder: Path) -> None:
    assert not keys_apart.exists(NAME)
    keys_apart.write(NAME, SECRET)
    assert keys_apart.exists(NAME)
    assert keys_apart.read(NAME) == SECRET
    assert list(keys_apart.names()) == [NAME]
    assert stat.S_IMODE((folder / NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_never_written_over() -> None:
    keys_apart.write(NAME, SECRET)
    with pytest.raises(KeyExists):
        keys_apart.write(NAME, b"another")
    assert keys_apart.read(NAME) == SECRET


def test_the_file_then_the_folder_are_flushed(monkeypatch: pytest.MonkeyPatch) -> None:
    keys_apart.make_folder()
    flushed = []
    flush = os.fsync

    def watched(descriptor: int) -> None:
        flushed.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")).name)
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    keys_apart.write(NAME, SECRET)
    assert len(flushed) == 2
    assert flushed[0].endswith(".partial")
    assert flushed[1] == "keys"
    keys_apart.destroy(NAME)
    assert flushed[2:] == [NAME, "keys"]


def test_a_full_disk_leaves_nothing_half_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    keys_apart.make_folder()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            keys_apart.write(NAME, SECRET)
    assert not keys_apart.exists(NAME)
    keys_apart.write(NAME, SECRET)


def test_killed_while_writing_leaves_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a key would be taken for a whole one: an empty one makes invitations anybody forges."""
    keys_apart.make_folder()
    with monkeypatch.context() as patch:
        # A kill, unlike an error, lets nothing be cleaned.
        patch.setattr(os, "fsync", lambda _descriptor: os._exit(0))
        child = os.fork()
        if child == 0:
            keys_apart.write(NAME, SECRET)
        os.waitpid(child, 0)
    assert not keys_apart.exists(NAME)
    assert list(keys_apart.names()) == []
    keys_apart.write(NAME, SECRET)
    assert keys_apart.read(NAME) == SECRET


def test_destroyed_means_overwritten_and_gone(folder: Path, tmp_path: Path) -> None:
    keys_apart.write(NAME, SECRET)
    kept_open = tmp_path / "second name of the same bytes"
    os.link(folder / NAME, kept_open)
    assert keys_apart.destroy(NAME)
    assert not keys_apart.exists(NAME)
    assert list(folder.iterdir()) == []
    assert len(kept_open.read_bytes()) == len(SECRET)
    assert kept_open.read_bytes() != SECRET
    assert not keys_apart.destroy(NAME), "again: nothing to do"
    with pytest.raises(KeyMissing):
        keys_apart.read(NAME)


@pytest.mark.parametrize(
    "name",
    ["", "..", ".hidden", "../secret-key", "a/b", "/etc/passwd", "A", "é", "a\n", "a\0", "a" * 121],
)
def test_a_name_leads_nowhere_else(name: str, folder: Path) -> None:
    with pytest.raises(ValueError, match="not a name of a key"):
        keys_apart.write(name, SECRET)
    for act in (keys_apart.read, keys_apart.exists, keys_apart.destroy):
        with pytest.raises(ValueError, match="not a name of a key"):
            act(name)
    assert not folder.exists()


def test_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"not a key")
    keys_apart.make_folder()
    (folder / NAME).symlink_to(elsewhere)
    with pytest.raises(OSError, match="symbolic links"):
        keys_apart.read(NAME)
    with pytest.raises(OSError, match="symbolic links"):
        keys_apart.destroy(NAME)
    with pytest.raises(KeyExists):
        keys_apart.write(NAME, SECRET)
    assert elsewhere.read_bytes() == b"not a key"


@pytest.mark.django_db
def test_data_restored_without_their_keys_get_a_page_that_says_so() -> None:
    with pytest.raises(KeyMissing) as missing:
        keys_apart.read(NAME)
    assert "sans le dossier des clés à part" in missing.value.message
    answer = RefusalMiddleware(lambda _request: None).process_exception(
        RequestFactory().get("/"), missing.value
    )
    assert answer is not None
    assert answer.status_code == 503


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("where", ["home-keys", "home/keys"])
def test_no_archive_holds_a_key(where: str, settings, tmp_path: Path) -> None:
    """Not even where the folder lies in that of the data."""
    settings.HOME = tmp_path / "home"
    settings.EVIDENCE_ROOT = settings.HOME / "evidence"
    settings.KEYS_APART = tmp_path / where
    write_durably(settings.EVIDENCE_ROOT / "aa" / "aa01.eml", b"message")
    keys_apart.write(NAME, SECRET)
    archive = tmp_path / "parvis.tar"
    make_backup(archive)
    with tarfile.open(archive) as opened:
        assert opened.getnames() == ["database", "evidence/aa/aa01.eml", "manifest.json"]
    content = archive.read_bytes()
    assert b"message" in content, "the archive is not compressed: the search below means something"
    assert SECRET not in content
    assert NAME.encode() not in content
