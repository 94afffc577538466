"""States of a contact and what may follow each (domain.md §5)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ContactState(models.TextChoices):
    PLANNED = "planned", _("Planifiée")
    ASSIGNED = "assigned", _("Attribuée")
    IN_PROGRESS = "in_progress", _("En cours")
    SUBMITTED = "submitted", _("Transmise")
    IN_REVIEW = "in_review", _("En relecture")
    RETURNED = "returned", _("Renvoyée pour complément")
    VALIDATED = "validated", _("Validée")
    PRELIMINARY = "preliminary", _("Résultat préliminaire communiqué")
    APPEALED = "appealed", _("Contestée")
    UPHELD = "upheld", _("Maintenue après contestation")
    CORRECTED = "corrected", _("Corrigée après contestation")
    CANCELLED = "cancelled", _("Annulée")
    FROZEN = "frozen", _("Figée")


_S = ContactState
CONTACT_TRANSITIONS: dict[ContactState, frozenset[ContactState]] = {
    _S.PLANNED: frozenset({_S.ASSIGNED, _S.CANCELLED}),
    _S.ASSIGNED: frozenset({_S.PLANNED, _S.IN_PROGRESS, _S.CANCELLED}),
    _S.IN_PROGRESS: frozenset({_S.SUBMITTED, _S.CANCELLED}),
    _S.SUBMITTED: frozenset({_S.IN_REVIEW}),
    # Back to "submitted": whoever held it gave it up, or left, and somebody else takes it.
    _S.IN_REVIEW: frozenset({_S.RETURNED, _S.VALIDATED, _S.CANCELLED, _S.SUBMITTED}),
    _S.RETURNED: frozenset({_S.SUBMITTED, _S.CANCELLED}),
    _S.VALIDATED: frozenset({_S.PRELIMINARY}),
    _S.PRELIMINARY: frozenset({_S.APPEALED, _S.FROZEN}),
    _S.APPEALED: frozenset({_S.UPHELD, _S.CORRECTED, _S.CANCELLED}),
    _S.UPHELD: frozenset({_S.FROZEN}),
    _S.CORRECTED: frozenset({_S.FROZEN}),
    _S.CANCELLED: frozenset(),
    _S.FROZEN: frozenset(),
}

# The mystery citizen may still write.
EDITABLE_STATES = frozenset({_S.ASSIGNED, _S.IN_PROGRESS, _S.RETURNED})
# What keeps a wave from closing: nothing is accepted by mere lapse of time.
UNFINISHED_STATES = frozenset(
    {_S.PLANNED, _S.ASSIGNED, _S.IN_PROGRESS, _S.SUBMITTED, _S.IN_REVIEW, _S.RETURNED}
)
# The reviewer has accepted the observation: it counts in a scoring run.
SCORED_STATES = frozenset({_S.VALIDATED, _S.PRELIMINARY, _S.UPHELD, _S.CORRECTED, _S.FROZEN})


class EvidenceKind(models.TextChoices):
    MESSAGE = "message", _("Message reçu (.eml)")
    SCREENSHOT = "screenshot", _("Capture d’écran")
    PHOTO = "photo", _("Photographie")
    CALL_LOG = "call_log", _("Journal d’appel")
    DOCUMENT = "document", _("Document (PDF)")
