"""The words of imports."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from parvis.consultations.enums import PhaseKind


class ImportFormat(models.TextChoices):
    DECIDIM = "decidim", _("Propositions de Decidim (CSV)")
    POLIS = "polis", _("Conversation de Polis (ZIP, ou comments.csv et votes.csv)")
    PABULIB = "pabulib", _("Budget participatif au format Pabulib (.pb)")


# The kind of phase that takes each.
KIND_OF_FORMAT = {
    ImportFormat.DECIDIM: PhaseKind.IDEAS,
    ImportFormat.POLIS: PhaseKind.OPINIONS,
    ImportFormat.PABULIB: PhaseKind.BUDGET,
}


class ImportState(models.TextChoices):
    CHECKED = "checked", _("Vérifié, à lancer")
    QUEUED = "queued", _("En attente")
    RUNNING = "running", _("En cours")
    DONE = "done", _("Fini")
    FAILED = "failed", _("Arrêté")
