"""What people send is recognised, cleaned and whole on disk, or refused and gone."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import struct
import zlib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from PIL import Image

from parvis.foundation import uploads
from parvis.foundation.errors import Refusal
from parvis.foundation.uploads import EML, JPEG, PDF, PNG, TEXT, WEBP, StoredUpload

EVERYTHING = (PNG, JPEG, WEBP, PDF, EML, TEXT)
MESSAGE = (
    b"Received: from mail.example.org\r\nFrom: mairie@example.org\r\nTo: a@example.org\r\n"
    b"Date: Mon, 2 Mar 2026 10:00:00 +0100\r\nSubject: Votre demande\r\n\r\n"
    b"Bonjour,\r\nl'\xe9t\xe9 prochain.\r\n"
)
MINIMAL_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def receive(
    data: bytes,
    name: str = "fichier",
    *,
    root: Path,
    allowed: tuple[str, ...] = EVERYTHING,
    max_bytes: int = 1_000_000,
    max_pixels: int = 1_000_000,
) -> StoredUpload:
    return uploads.receive_upload(
        SimpleUploadedFile(name, data),
        allowed=allowed,
        max_bytes=max_bytes,
        max_pixels=max_pixels,
        root=root,
    )


def picture(kind: str, size: tuple[int, int] = (40, 20), mode: str = "RGB", **options) -> bytes:
    image = Image.new(mode, size, 0 if mode in ("L", "P", "1") else None)
    output = io.BytesIO()
    image.save(output, kind, **options)
    return output.getvalue()


def files_in(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("data", "name", "media_type", "ending"),
    [
        (picture("PNG"), "ecran.png", PNG, ".png"),
        (picture("JPEG"), "photo.JPG", JPEG, ".jpg"),
        (picture("WEBP"), "photo.webp", WEBP, ".webp"),
        (picture("JPEG"), "envoyee-par-messagerie.png", JPEG, ".jpg"),
        (MINIMAL_PDF, "lettre.pdf", PDF, ".pdf"),
        (MESSAGE, "reponse.eml", EML, ".eml"),
        (b"10:02;sonnerie;3\n10:03;decroche;1\n", "appels.csv", TEXT, ".txt"),
        ("Appel à 10 h 02\n".encode("cp1252"), "appels.txt", TEXT, ".txt"),
        (MINIMAL_PDF, "sans-extension", PDF, ".pdf"),
    ],
)
def test_each_type_is_recognised_by_its_bytes(
    data: bytes, name: str, media_type: str, ending: str, tmp_path: Path
) -> None:
    stored = receive(data, name, root=tmp_path)
    written = (tmp_path / stored.path).read_bytes()
    assert stored.media_type == media_type
    assert stored.path.endswith(ending)
    assert (stored.size_bytes, stored.sha256) == (len(written), hashlib.sha256(written).hexdigest())
    assert stored.received_sha256 == hashlib.sha256(data).hexdigest()
    assert (tmp_path / stored.path).stat().st_mode & 0o077 == 0
    if media_type not in uploads.IMAGES:
        assert written == data, "evidence is kept as it came"


def png_header(width: int, height: int) -> bytes:
    """A PNG that says its size and holds next to nothing: 70 bytes that would fill gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "vide.txt", "vide"),
        (b"x" * 1_000_001, "gros.txt", "trop gros"),
        (b"MZ\x90\x00\x03\x00", "photo.png", "type accepté"),
        (b"PK\x03\x04 zip", "photo.zip", "type accepté"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "note.txt", "type accepté"),
        (b"  <svg xmlns='http://www.w3.org/2000/svg'/>", "dessin.svg", "type accepté"),
        (b"#!/bin/sh\nrm -rf /\n", "appels.log", "type accepté"),
        (b"GIF89a\x01\x00\x01\x00", "anim.gif", "type accepté"),
        (b"\x00\x01\x02", "inconnu.bin", "type accepté"),
        (MINIMAL_PDF, "photo.png", "se dit « .png »"),
        (picture("PNG"), "lettre.pdf", "se dit « .pdf »"),
        (MESSAGE, "photo.jpg", "se dit « .jpg »"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "IMG_0001.HEIC", "HEIC"),
        (MINIMAL_PDF + b"<</S/JavaScript/JS(app.alert(1))>>", "lettre.pdf", "programme"),
        (MINIMAL_PDF + b"<</S/J#61vaScript>>", "lettre.pdf", "programme"),
        (MINIMAL_PDF + b"<</S/Launch/F(cmd.exe)>>", "lettre.pdf", "programme"),
        (picture("PNG")[:60], "coupee.png", "abîmée"),
        (b"\xff\xd8\xff" + b"rubbish" * 9, "photo.jpg", "abîmée"),
        (png_header(50_000, 50_000), "bombe.png", "trop de pixels"),
        (png_header(10_000, 9_000), "bombe.png", "trop de pixels"),
        (picture("PNG", (1001, 1000)), "grande.png", "trop de pixels"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    data: bytes, name: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(Refusal, match=words) as refusal:
        receive(data, name, root=tmp_path)
    assert refusal.value.field == "file"
    assert refusal.value.status == 422
    assert files_in(tmp_path) == []


def test_a_type_not_allowed_here_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="EML, PDF"):
        receive(picture("PNG"), "ecran.png", root=tmp_path, allowed=(PDF, EML))


def test_images_lose_their_metadata_and_stand_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Canary Camera"
    exif[0x0112] = 6  # turned a quarter
    exif.get_ifd(0x8825)[1] = "N"  # place
    data = picture("JPEG", (40, 20), exif=exif, comment=b"canary comment")
    assert b"Canary" in data
    stored = receive(data, "photo.jpg", root=tmp_path)
    written = (tmp_path / stored.path).read_bytes()
    assert b"anary" not in written
    with Image.open(io.BytesIO(written)) as image:
        assert image.size == (20, 40)
        assert not image.getexif()
        assert "comment" not in image.info


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_png_is_read(mode: str, tmp_path: Path) -> None:
    stored = receive(picture("PNG", mode=mode), "ecran.png", root=tmp_path)
    with Image.open(tmp_path / stored.path) as image:
        assert image.size == (40, 20)
        assert image.mode in ("L", "RGB", "RGBA")


def test_a_printers_jpeg_is_read(tmp_path: Path) -> None:
    stored = receive(picture("JPEG", mode="CMYK"), "photo.jpg", root=tmp_path)
    with Image.open(tmp_path / stored.path) as image:
        assert image.mode == "RGB"


@pytest.mark.parametrize("failing", ["write", "fsync", "rename"])
def test_a_full_disk_is_a_clear_refusal_and_nothing_half_written(
    failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if failing == "write":
        monkeypatch.setattr(os, "open", full)
    elif failing == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(uploads.StorageFull, match="plein"):
        receive(MESSAGE, "reponse.eml", root=tmp_path)
    assert files_in(tmp_path) == []


def test_another_error_of_the_disk_is_not_taken_for_a_full_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="error"):
        receive(MESSAGE, "reponse.eml", root=tmp_path)
    assert files_in(tmp_path) == []


def test_the_file_is_flushed_before_it_bears_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def note_fsync(descriptor: int) -> None:
        steps.append("flush")
        fsync(descriptor)

    def note_rename(self: Path, target: Path) -> Path:
        steps.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(Path, "rename", note_rename)
    receive(MESSAGE, "reponse.eml", root=tmp_path)
    assert steps == ["flush", "rename", "flush", "flush"]


@pytest.mark.django_db
def test_a_stored_file_is_a_download_no_browser_runs(tmp_path: Path) -> None:
    stored = receive(MESSAGE, "reponse.eml", root=tmp_path)
    response = uploads.stream_upload(
        stored.path, media_type=EML, download_name="réponse de la mairie.eml", root=tmp_path
    )
    assert b"".join(response) == MESSAGE
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]
    response.close()  # frees the file and, as the server does, asks the database connection


@pytest.mark.parametrize("path", ["../secret-key", "/etc/passwd", "aa/absent.pdf"])
def test_only_files_of_the_folder_are_streamed(path: str, tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text("secret")
    root = tmp_path / "evidence"
    root.mkdir()
    with pytest.raises(Http404):
        uploads.stream_upload(path, media_type=PDF, download_name="x.pdf", root=root)


def test_a_day_later_files_without_a_row_are_swept(
    tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SWEPT_ROOT = tmp_path
    kept, orphan, fresh = (receive(MESSAGE, "m.eml", root=tmp_path) for _ in range(3))
    half_written = tmp_path / kept.path[:2] / ".abc.eml.partial"
    half_written.write_bytes(b"half")
    for path in (tmp_path / kept.path, tmp_path / orphan.path, half_written):
        os.utime(path, (0, 0))
    monkeypatch.setattr(uploads, "_references", {})
    assert uploads.sweep_orphans() == 0, "no room has said what the folder holds"
    uploads.register_references("SWEPT_ROOT", lambda: [(kept.path, kept.sha256)])
    assert uploads.sweep_orphans() == 2
    assert {path.name for path in files_in(tmp_path)} == {
        Path(kept.path).name,
        Path(fresh.path).name,
    }
    assert list(uploads.referenced_files()) == [(tmp_path / kept.path, kept.sha256)]
