"""Kiosks and their pairing; what a device sent is an answer, not a person's."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.foundation.personal_data import Controller, declare, not_personal

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
    retention=_("aussi longtemps que la borne"),
)
not_personal(
    "feedback.WrongPairing",
    "source_hash",
    because="a keyed hash, deleted with the quarter of an hour it counts in",
)
not_personal("feedback.Receipt", "content_hash", because="the hash of an answer")
not_personal("feedback.Answer", "language", because="the language of a screen, of one answer")
not_personal("feedback.KeptApart", "content_hash", because="the hash of an answer")
