"""Kiosks and their pairing; what a device sent is an answer, not a person's."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django_scopes import scopes_disabled

from parvis.feedback.models import PairingCode, WrongPairing
from parvis.foundation.personal_data import Controller, declare, not_personal

# They count for a quarter of an hour; the next guess after that deletes them, or else the night.
WRONG_PAIRINGS_KEPT = timedelta(days=1)
UNUSED_CODES_KEPT = timedelta(days=1)


def drop_wrong_pairings(now: datetime, dry_run: bool) -> int:
    """Forget the wrong guesses of a code."""
    due = WrongPairing.objects.filter(at__lt=now - WRONG_PAIRINGS_KEPT)
    return due.count() if dry_run else due.delete()[0]


def drop_unused_codes(now: datetime, dry_run: bool) -> int:
    """Forget the codes that made no kiosk: nobody can use them any more."""
    with scopes_disabled():
        due = PairingCode.objects.filter(
            used_at__isnull=True, expires_at__lt=now - UNUSED_CODES_KEPT
        )
        return due.count() if dry_run else due.delete()[0]


not_personal(
    "feedback.Device",
    "name",
    "secret_hash",
    "app_version",
    "missing_sequences",
    because="a tablet of the body, its secret hashed, its own counters",
)
not_personal(
    "feedback.PairingCode", "device_name", "code_hash", because="a tablet, and a code hashed"
)
declare(
    "feedback.PairingCode",
    "created_by",
    purpose=_("savoir qui a appairé une borne"),
    controller=Controller.ORGANISATION,
    retention=_("aussi longtemps que la borne ; un jour si le code n’a pas servi"),
    purge=drop_unused_codes,
)
declare(
    "feedback.WrongPairing",
    "source_hash",
    purpose=_("ralentir qui cherche au hasard le code d’une borne"),
    controller=Controller.OPERATOR,
    retention=WRONG_PAIRINGS_KEPT,
    purge=drop_wrong_pairings,
)
not_personal("feedback.Receipt", "content_hash", because="the hash of an answer")
not_personal("feedback.Answer", "language", because="the language of a screen, of one answer")
not_personal("feedback.KeptApart", "content_hash", because="the hash of an answer")
