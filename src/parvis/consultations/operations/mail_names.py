"""How the keys of this room's messages begin: each consultation's are found, and forgotten."""

from __future__ import annotations

from parvis.consultations.models import Consultation, Participant

ENTRANCE_MAILS = "consultation entrance "
DIGEST_MAILS = "consultation digest "


def entrance_mails(consultation: Consultation) -> str:
    """Of those that give an access."""
    return f"{ENTRANCE_MAILS}{consultation.pk} "


def digest_mails(consultation: Consultation) -> str:
    """Of those that tell what became of it, or ask whether an address is somebody's."""
    return f"{DIGEST_MAILS}{consultation.pk} "


def digest_mails_of(participant: Participant) -> str:
    """The same, of one participant."""
    return f"{DIGEST_MAILS}{participant.consultation_id} {participant.pk} "
