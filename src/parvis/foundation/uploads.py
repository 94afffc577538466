"""Files given by people: recognised by their bytes, cleaned, and on disk before any row names them.

`receive_upload` refuses what is too big, of another type than it claims or able to act (scripts in
a PDF), encodes images again without their metadata, and writes to a temporary file that is flushed
then renamed: a row never points to a missing or half-written file. A file whose row was never
committed is an orphan; `sweep_orphans` removes it a day later. Files are streamed by the
application to those allowed, never served from the web root.
"""

from __future__ import annotations

import errno
import hashlib
import io
import logging
import os
import re
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Final, Protocol

from django.conf import settings
from django.http import FileResponse, Http404
from django.utils import timezone
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from parvis.foundation.errors import Refusal

logger = logging.getLogger(__name__)

PNG: Final = "image/png"
JPEG: Final = "image/jpeg"
WEBP: Final = "image/webp"
PDF: Final = "application/pdf"
EML: Final = "message/rfc822"
TEXT: Final = "text/plain"
IMAGES: Final = frozenset({PNG, JPEG, WEBP})

ORPHAN_AGE_SECONDS = 24 * 3600

_EXTENSION = {PNG: "png", JPEG: "jpg", WEBP: "webp", PDF: "pdf", EML: "eml", TEXT: "txt"}
_PILLOW_FORMAT = {PNG: "PNG", JPEG: "JPEG", WEBP: "WEBP"}
# What a name promises. Types of one family are often confused by phones and mail programs, and
# harmlessly so; a name of another family is a disguise.
_FAMILY_OF_EXTENSION = {
    **dict.fromkeys(("png", "jpg", "jpeg", "jpe", "webp"), "image"),
    "pdf": "pdf",
    **dict.fromkeys(("eml", "txt", "csv", "log"), "text"),
}
_FAMILY = {PNG: "image", JPEG: "image", WEBP: "image", PDF: "pdf", EML: "text", TEXT: "text"}
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
_MESSAGE_HEADERS = ("from", "to", "date", "subject", "message-id", "received", "return-path")
_ACTIVE_PDF = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b")
_PDF_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_MARKUP = re.compile(rb"\s*<(!doctype|html|head|body|script|svg|\?xml|\?php|iframe)", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


class StorageFull(Refusal):
    """The disk is full: nothing was kept."""

    status = 503


class UploadedFile(Protocol):
    """What Django hands over for a file field."""

    name: str | None

    def chunks(self) -> Iterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """A file safely on disk: what its row must hold."""

    path: str  # relative to the root it was stored under, with a generated name
    media_type: str  # one of this module's types, read from the bytes
    size_bytes: int  # of the stored bytes
    sha256: str  # of the stored bytes, in hexadecimal
    received_sha256: str  # of the bytes received, which differ for an image: it was encoded again


def receive_upload(
    file: UploadedFile,
    *,
    allowed: Collection[str],
    max_bytes: int,
    max_pixels: int,
    root: Path,
    field: str = "file",
) -> StoredUpload:
    """Check, clean and store a file below `root`; to be called before its row is written.

    `allowed` holds types of this module (`PNG`, `PDF`, `EML`, …). Raises `Refusal`, with the form
    `field` and a sentence for the sender, when the file is too big, of a type not allowed or
    disguised, damaged, of more than `max_pixels`, or when the disk is full; nothing is then kept.
    """
    data = _read(file, max_bytes, field)
    media_type = _recognise(data, field)
    if media_type not in allowed:
        raise Refusal(
            _("Ce type de fichier n’est pas accepté ici. Types acceptés : %(types)s.")
            % {"types": ", ".join(sorted({_EXTENSION[t].upper() for t in allowed}))},
            field=field,
        )
    _refuse_disguise(file.name or "", media_type, field)
    received_sha256 = hashlib.sha256(data).hexdigest()
    if media_type in IMAGES:
        data = _encode_again(data, media_type, max_pixels, field)
    elif media_type == PDF:
        _refuse_active_pdf(data, field)
    name = uuid.uuid4().hex
    path = f"{name[:2]}/{name}.{_EXTENSION[media_type]}"
    try:
        write_durably(root / path, data)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            logger.critical("disk full", extra={"root": str(root)})
            raise StorageFull(
                _(
                    "Le disque du serveur est plein : votre fichier n’a pas été enregistré. "
                    "Gardez-le et réessayez plus tard ; l’opérateur est prévenu."
                ),
                field=field,
            ) from error
        raise
    return StoredUpload(
        path=path,
        media_type=media_type,
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        received_sha256=received_sha256,
    )


def stream_upload(path: str, *, media_type: str, download_name: str, root: Path) -> FileResponse:
    """The file as a download no browser will run; the caller has checked who asks.

    Raises `Http404` when the file is absent or `path` leads out of `root`.
    """
    full = (root / path).resolve()
    if not full.is_relative_to(root.resolve()):
        raise Http404
    try:
        stream = full.open("rb")
    except FileNotFoundError as error:
        logger.error("stored file missing", extra={"path": path})
        raise Http404 from error
    response = FileResponse(
        stream,
        as_attachment=True,
        filename=get_valid_filename(download_name) if download_name.strip(". ") else full.name,
        content_type=media_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def write_durably(path: Path, data: bytes) -> None:
    """Write a new file so that, after any crash, it is either whole or absent."""
    existed = path.parent.is_dir()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.partial")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)
    if not existed:
        flush_folder(path.parent.parent)


def flush_folder(folder: Path) -> None:
    """Make durable which names a folder holds: files made, renamed or removed in it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- Which files have a row -----------------------------------------------------------------------

Stored = Callable[[], Iterable[tuple[str, str]]]
_references: dict[str, list[Stored]] = {}


def register_references(setting: str, stored: Stored) -> None:
    """Tell which files under the folder named by `setting` have a row.

    `stored()` gives (path relative to the folder, SHA-256) for every row, of every tenant. Called
    from `AppConfig.ready` by each room that stores files.
    """
    if stored not in _references.setdefault(setting, []):
        _references[setting].append(stored)


def referenced_files() -> Iterator[tuple[Path, str]]:
    """(full path, SHA-256 its row gives) of every file that must exist."""
    for setting, functions in _references.items():
        root = Path(getattr(settings, setting))
        for stored in functions:
            for path, sha256 in stored():
                yield root / path, sha256


def sweep_orphans() -> int:
    """Delete files older than a day that no row names; return their number.

    A folder of which no room said what it holds is left alone.
    """
    limit = timezone.now().timestamp() - ORPHAN_AGE_SECONDS
    # The old files are listed before the rows are read: a row committed meanwhile saves its file.
    old = [
        file
        for setting in _references
        for file in Path(getattr(settings, setting)).rglob("*")
        if file.is_file() and file.stat().st_mtime < limit
    ]
    if not old:
        return 0
    kept = {path for path, _sha256 in referenced_files()}
    orphans = [file for file in old if file not in kept]
    for file in orphans:
        file.unlink(missing_ok=True)
    if orphans:
        logger.info("orphan files swept", extra={"count": len(orphans)})
    return len(orphans)


# --- Reading and recognising ----------------------------------------------------------------------


def _read(file: UploadedFile, max_bytes: int, field: str) -> bytes:
    buffer = io.BytesIO()
    for chunk in file.chunks():
        buffer.write(chunk)
        if buffer.tell() > max_bytes:
            raise Refusal(
                _("Ce fichier est trop gros : %(limit)s Mo au plus.")
                % {"limit": f"{max_bytes / 1024 / 1024:g}".replace(".", ",")},
                field=field,
            )
    if not buffer.tell():
        raise Refusal(_("Ce fichier est vide."), field=field)
    return buffer.getvalue()


def _recognise(data: bytes, field: str) -> str:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data.startswith(b"%PDF-"):
        return PDF
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        raise Refusal(
            _(
                "Les photos HEIC ou AVIF ne sont pas acceptées. Sur un iPhone : Réglages, Appareil "
                "photo, Formats, « Le plus compatible » ; ou envoyez une capture d’écran."
            ),
            field=field,
        )
    if _is_text(data):
        return EML if _is_message(data) else TEXT
    raise Refusal(
        _(
            "Le contenu de ce fichier n’est pas d’un type accepté : image PNG, JPEG ou WebP, PDF, "
            "message .eml ou texte simple."
        ),
        field=field,
    )


def _is_text(data: bytes) -> bool:
    if _MARKUP.match(data) or data.startswith((b"#!", b"%!", b"MZ", b"PK")):
        return False
    # Mails and logs come in any 8-bit encoding: what matters is that nothing in them is binary.
    return _CONTROL.search(data) is None


def _is_message(data: bytes) -> bool:
    head = data[: 256 * 1024]
    if not re.match(rb"(?:From |[!-9;-~]+:)", head):
        return False
    message = BytesHeaderParser().parsebytes(head)
    return sum(name in message for name in _MESSAGE_HEADERS) >= 3


def _refuse_disguise(name: str, media_type: str, field: str) -> None:
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    promised = _FAMILY_OF_EXTENSION.get(extension)
    if promised is not None and promised != _FAMILY[media_type]:
        raise Refusal(
            _(
                "Ce fichier se dit « .%(extension)s » mais son contenu est d’un autre type "
                "(%(actual)s) : il est refusé par prudence."
            )
            % {"extension": extension, "actual": _EXTENSION[media_type].upper()},
            field=field,
        )


def _refuse_active_pdf(data: bytes, field: str) -> None:
    # A name may be written with escapes: /J#61vaScript is /JavaScript.
    plain = _PDF_ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), data)
    if _ACTIVE_PDF.search(plain):
        raise Refusal(
            _(
                "Ce PDF contient un programme ou une pièce jointe : il est refusé par prudence. "
                "Imprimez-le en PDF, puis envoyez le nouveau fichier."
            ),
            field=field,
        )


def _encode_again(data: bytes, media_type: str, max_pixels: int, field: str) -> bytes:
    """The same picture, upright, without metadata: no place, device or author is kept."""
    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=[_PILLOW_FORMAT[media_type]])
        width, height = image.size
        if width * height > max_pixels:
            raise _too_many_pixels(max_pixels, field)
        image = ImageOps.exif_transpose(image)
        image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(max_pixels, field) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise Refusal(_("Cette image est abîmée : elle ne peut pas être lue."), field=field) from (
            error
        )
    image = image.convert(_mode(image, media_type))
    image.info = {}
    output = io.BytesIO()
    options = {} if media_type == PNG else {"quality": 88}
    image.save(output, _PILLOW_FORMAT[media_type], **options)
    return output.getvalue()


def _mode(image: Image.Image, media_type: str) -> str:
    transparent = image.mode in ("LA", "RGBA", "PA") or "transparency" in image.info
    if transparent and media_type != JPEG:
        return "RGBA"
    return "L" if image.mode in ("1", "L") and media_type != WEBP else "RGB"


def _too_many_pixels(max_pixels: int, field: str) -> Refusal:
    return Refusal(
        _("Cette image a trop de pixels : %(limit)d millions au plus.")
        % {"limit": max_pixels // 1_000_000},
        field=field,
    )
