"""Pieces of evidence: stored once under the number their browser drew, hashed, never deleted.

A file sent again after a lost reply is the same piece. Another file under the same number is
refused with a 409 and kept apart, so that somebody can look into it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.accounts.models import Person
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.permissions import Denied
from parvis.foundation.uploads import EML, IMAGES, PDF, TEXT, StoredUpload, receive_upload
from parvis.journal.operations import record
from parvis.mystery_audits.enums import EvidenceKind
from parvis.mystery_audits.models import Contact, Evidence
from parvis.mystery_audits.permissions import may_write

MAX_PIECES = 20
MAX_NAME_LENGTH = 200
# What each kind may be: a message is not a photograph.
ALLOWED_BY_KIND = {
    EvidenceKind.MESSAGE: frozenset({EML, TEXT}),
    EvidenceKind.SCREENSHOT: IMAGES,
    EvidenceKind.PHOTO: IMAGES,
    EvidenceKind.CALL_LOG: IMAGES | {TEXT, PDF},
    EvidenceKind.DOCUMENT: frozenset({PDF}),
}


@dataclass(frozen=True, slots=True)
class _Outcome:
    piece: Evidence
    # True when `piece` already stood under this number with other bytes.
    conflict: bool


def add_evidence(
    *, contact: Contact, file: UploadedFile[Any], kind: str, client_id: UUID, by: Person
) -> Evidence:
    """Check, clean, store and attach a file; returns the row, the same one for the same bytes.

    `client_id` is drawn by the page that sends the file. Raises Refusal for a file that is too big,
    disguised or one too many; Conflict for other bytes under a known number, which are kept.
    """
    if kind not in EvidenceKind.values:
        raise Refusal(_("Dites de quelle sorte de pièce il s’agit."), field="kind")
    _require_writing(contact, by)
    # On disk before any row names it; a refused row leaves an orphan that a daily task removes.
    stored = receive_upload(
        file,
        allowed=ALLOWED_BY_KIND[EvidenceKind(kind)],
        max_bytes=settings.EVIDENCE_MAX_BYTES,
        max_pixels=settings.EVIDENCE_MAX_PIXELS,
        root=Path(settings.EVIDENCE_ROOT),
    )
    outcome = _attach(contact, file, kind, client_id, stored, by)
    # Raised outside the transaction: what came must stay for inspection.
    if outcome.conflict:
        raise Conflict(
            _(
                "Une autre pièce porte déjà ce numéro d’envoi. La vôtre est gardée à part pour "
                "vérification ; rechargez la page, puis joignez-la de nouveau."
            ),
            field="file",
        )
    return outcome.piece


@transaction.atomic
def _attach(
    contact: Contact,
    file: UploadedFile[Any],
    kind: str,
    client_id: UUID,
    stored: StoredUpload,
    by: Person,
) -> _Outcome:
    # The contact's row is the lock of its evidence: the count below holds, a double click is one.
    locked = (
        Contact.objects.select_for_update(of=("self",))
        .select_related("mystery_citizen", "wave")
        .get(pk=contact.pk)
    )
    _require_writing(locked, by)
    # Browsers draw numbers for all bodies alike: one that is taken may stand under another tenant.
    with scopes_disabled():
        known = Evidence.objects.filter(pk=client_id).first()
    if known is None:
        if Evidence.objects.filter(contact=locked).pieces().count() >= MAX_PIECES:
            raise Refusal(
                _("Cette prise de contact a déjà %d pièces, le maximum.") % MAX_PIECES, field="file"
            )
        try:
            with transaction.atomic():
                piece = Evidence.objects.create(pk=client_id, **_row(locked, file, kind, stored))
        except IntegrityError:
            # Taken at this very moment, under the lock of another contact.
            with scopes_disabled():
                known = Evidence.objects.get(pk=client_id)
        else:
            record(
                action="evidence.received",
                actor_id=by.pk,
                subject=locked,
                organisation_id=locked.organisation_id,
                evidence=str(piece.pk),
                sha256=piece.sha256,
            )
            return _Outcome(piece, conflict=False)
    if known.contact_id == locked.pk and known.received_sha256 == stored.received_sha256:
        return _Outcome(known, conflict=False)
    with scopes_disabled():
        kept_before = known.conflicting.filter(received_sha256=stored.received_sha256).exists()
    if not kept_before:
        Evidence.objects.create(
            pk=uuid4(), conflicts_with=known, **_row(locked, file, kind, stored)
        )
        record(
            action="evidence.conflicted",
            actor_id=by.pk,
            subject=locked,
            organisation_id=locked.organisation_id,
            evidence=str(known.pk),
            sha256=stored.sha256,
        )
    return _Outcome(known, conflict=True)


def stored_evidence() -> list[tuple[str, str]]:
    """(path, SHA-256) of every row, of every tenant: what must exist on disk."""
    # The files of a folder are compared with the rows of everybody, whoever is signed in.
    with scopes_disabled():
        return list(Evidence.objects.values_list("path", "sha256"))


def _row(
    contact: Contact, file: UploadedFile[Any], kind: str, stored: StoredUpload
) -> dict[str, object]:
    name = (file.name or "").replace("\x00", "").strip() or "piece"
    return {
        "contact": contact,
        "kind": kind,
        "original_name": name[-MAX_NAME_LENGTH:],
        "media_type": stored.media_type,
        "size_bytes": stored.size_bytes,
        "sha256": stored.sha256,
        "received_sha256": stored.received_sha256,
        "path": stored.path,
    }


def _require_writing(contact: Contact, by: Person) -> None:
    decision = may_write(by, contact)
    if isinstance(decision, Denied):
        raise Conflict(decision.reason)
