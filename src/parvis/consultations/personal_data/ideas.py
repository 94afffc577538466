"""The small copies of the pictures that people join to their ideas."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.foundation.personal_data import Controller, declare, not_personal

declare(
    "consultations.Attachment",
    "small_path",
    purpose=_("montrer sur un téléphone l’image jointe à une idée"),
    controller=Controller.ORGANISATION,
    retention=_("aussi longtemps que la contribution"),
)
not_personal(
    "consultations.Attachment", "sha256", "small_sha256", because="the digest of a file's bytes"
)
