"""How the keys of this room's messages begin: each consultation's are found, and forgotten."""

from __future__ import annotations

from parvis.consultations.models import Consultation

ENTRANCE_MAILS = "consultation entrance "


def entrance_mails(consultation: Consultation) -> str:
    """Of those that give an access."""
    return f"{ENTRANCE_MAILS}{consultation.pk} "


def digest_mails(consultation: Consultation) -> str:
    """Of those that tell what became of it, or ask whether an address is somebody's."""
    return f"consultation digest {consultation.pk} "
