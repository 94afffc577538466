"""States of waves and registrations, options, and where a moment falls in a window."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WaveState(models.TextChoices):
    PLANNED = "planned", _("À venir")
    OPEN = "open", _("En cours")
    CLOSED = "closed", _("Close")


WAVE_TRANSITIONS: dict[WaveState, frozenset[WaveState]] = {
    WaveState.PLANNED: frozenset({WaveState.OPEN}),
    WaveState.OPEN: frozenset({WaveState.CLOSED}),
    WaveState.CLOSED: frozenset(),
}


class RegistrationState(models.TextChoices):
    SUBMITTED = "submitted", _("Inscrit")
    WITHDRAWN = "withdrawn", _("Retiré")


class RegistrationWindow(models.TextChoices):
    """Where a moment falls beside the registration window of an edition."""

    BEFORE = "before", _("Pas encore ouvertes")
    DURING = "during", _("Ouvertes")
    AFTER = "after", _("Closes")


class OptionCode(models.TextChoices):
    """What a participant may tick; the code tells the software what to open."""

    VISITS = "visits", _("Visites sur place")
    PERSONALISED_REPORT = "report", _("Rapport personnalisé")
    FEEDBACK = "feedback", _("Écoute à chaud : bornes et téléphones")
    CONSULTATION = "consultation", _("Consultation du public")
    STAFF_POLL = "staff_poll", _("Sondage interne des agents")
