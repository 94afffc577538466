"""Formats and states of what leaves the house: exports, API keys, webhooks."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ExportFormat(models.TextChoices):
    CSV = "csv", _("CSV à points-virgules (tableur français)")
    CSV_INTERNATIONAL = "csv_en", _("CSV à virgules")
    XLSX = "xlsx", _("Classeur XLSX")
    PARQUET = "parquet", _("Parquet (outils d’analyse)")


class ExportState(models.TextChoices):
    QUEUED = "queued", _("en attente")
    RUNNING = "running", _("en cours")
    DONE = "done", _("prêt")
    FAILED = "failed", _("arrêté")


class ApiScope(models.TextChoices):
    """What a key opens; the values stand in the keys of the bodies and in the documentation."""

    TOUCHPOINTS = "touchpoints", _("Points d’écoute et questions")
    COUNTS = "counts", _("Comptes")
    ANSWERS = "answers", _("Réponses, commentaires masqués")
    DEVICES = "devices", _("Bornes et leur état")


class WebhookEvent(models.TextChoices):
    """Types of the Standard Webhooks convention: words separated by full stops."""

    ALERT_OPENED = "feedback.alert.opened", _("Une alerte s’ouvre")
    COMMENT_PUBLISHED = "feedback.comment.published", _("Un commentaire est publié")
    COUNTS_DAILY = "feedback.counts.daily", _("Les comptes de la veille, chaque matin")
    # Sent by hand from the page; every address receives it, whatever it subscribes to.
    TEST = "feedback.test", _("Un essai")


class DeliveryState(models.TextChoices):
    PENDING = "pending", _("à envoyer")
    DELIVERED = "delivered", _("reçu")
    GIVEN_UP = "given_up", _("abandonné")
