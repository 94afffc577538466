"""Pictures and documents of contributions and phases: cleaned, stored, then named by a row.

`receive` checks and stores the bytes, before any transaction; `attach` writes the row. What was
received and never attached is an orphan that the daily sweep removes.
"""

from __future__ import annotations

import hashlib
import io
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled
from PIL import Image

from parvis.consultations.models import Attachment, Contribution, Phase
from parvis.foundation.errors import Refusal
from parvis.foundation.uploads import (
    IMAGES,
    PDF,
    StoredUpload,
    receive_upload,
    write_durably,
)

MOST_DOCUMENTS = 3
NAME_LENGTH = 120
# The longer side of what a phone loads, in pixels; the whole picture is one link away.
SMALL_SIDE = 480
SMALL_QUALITY = 55


@dataclass(frozen=True, slots=True)
class Received:
    """A file on the disk, and what its row will hold."""

    stored: StoredUpload
    name: str
    description: str
    small_path: str = ""
    small_sha256: str = ""

    @property
    def is_image(self) -> bool:
        return self.stored.media_type in IMAGES


def receive_image(file: UploadedFile[Any], *, description: str, field: str) -> Received:
    """A picture, encoded again without its metadata, and its small copy; raise `Refusal`."""
    stored = _receive(file, IMAGES, field)
    small = _small(Path(settings.EVIDENCE_ROOT) / stored.path)
    name = uuid.uuid4().hex
    path = f"{name[:2]}/{name}.webp"
    write_durably(Path(settings.EVIDENCE_ROOT) / path, small)
    return Received(stored, _name_of(file), description, path, hashlib.sha256(small).hexdigest())


def receive_document(file: UploadedFile[Any], *, field: str) -> Received:
    """A PDF without any program in it; raise `Refusal`."""
    return Received(_receive(file, {PDF}, field), _name_of(file), "")


@transaction.atomic
def attach(received: Received, *, phase: Phase, contribution: Contribution | None = None) -> None:
    """Name a received file: the picture takes the place of the former one.

    The same file again changes nothing but its description. Raise `Refusal` for one document too
    many.
    """
    holder = contribution or phase
    type(holder).objects.select_for_update(of=("self",)).filter(pk=holder.pk).first()
    rows = Attachment.objects.filter(phase=phase, contribution=contribution)
    same = rows.filter(sha256=received.stored.sha256)
    if same.exists():
        same.update(description=received.description)
        return
    if received.is_image:
        rows.filter(media_type__in=IMAGES).delete()
    elif contribution is not None and rows.exclude(media_type__in=IMAGES).count() >= MOST_DOCUMENTS:
        raise Refusal(
            _("Une idée a %d documents au plus : retirez-en un d’abord.") % MOST_DOCUMENTS,
            field="document",
        )
    Attachment.objects.create(
        organisation_id=phase.organisation_id,
        phase=phase,
        contribution=contribution,
        path=received.stored.path,
        sha256=received.stored.sha256,
        small_path=received.small_path,
        small_sha256=received.small_sha256,
        media_type=received.stored.media_type,
        size_bytes=received.stored.size_bytes,
        name=received.name,
        description=received.description,
    )


def stored_files() -> list[tuple[str, str]]:
    """(path, SHA-256) of every file that a row names, of every body."""
    with scopes_disabled():
        rows = Attachment.objects.values_list("path", "sha256", "small_path", "small_sha256")
        return [
            pair
            for path, sha256, small_path, small_sha256 in rows
            for pair in ((path, sha256), (small_path, small_sha256))
            if pair[0]
        ]


def _receive(file: UploadedFile[Any], allowed: Any, field: str) -> StoredUpload:
    return receive_upload(
        file,
        allowed=allowed,
        max_bytes=settings.EVIDENCE_MAX_BYTES,
        max_pixels=settings.EVIDENCE_MAX_PIXELS,
        root=Path(settings.EVIDENCE_ROOT),
        field=field,
    )


def _name_of(file: UploadedFile[Any]) -> str:
    name = (file.name or "").replace("\x00", "").strip() or _("fichier")
    return name[-NAME_LENGTH:]


def _small(path: Path) -> bytes:
    with Image.open(path) as image:
        image.thumbnail((SMALL_SIDE, SMALL_SIDE))
        output = io.BytesIO()
        image.convert("RGB").save(output, "WEBP", quality=SMALL_QUALITY, method=4)
    return output.getvalue()
