"""Channels, stages, determinants and kinds of criteria: the vocabulary of every grid."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    PHONE = "phone", _("Téléphone")
    EMAIL = "email", _("Courriel et formulaire")
    WEBSITE = "website", _("Site internet")
    POST = "post", _("Courrier postal")
    SOCIAL = "social", _("Réseaux sociaux")
    VISIT = "visit", _("Visite sur place")


# The four channels every public body is expected to have; the others count only where they exist.
MANDATORY_CHANNELS = (Channel.PHONE, Channel.EMAIL, Channel.WEBSITE, Channel.POST)


class JourneyStage(models.TextChoices):
    ACCESS = "access", _("Accès")
    INFORMATION = "information", _("Information et orientation")
    HANDLING = "handling", _("Traitement de la demande")
    COMPLAINTS = "complaints", _("Réclamations")


class Determinant(models.TextChoices):
    ACCESSIBILITY = "accessibility", _("Accessibilité")
    RESPONSIVENESS = "responsiveness", _("Réactivité")
    COURTESY = "courtesy", _("Courtoisie")
    PERSONALISATION = "personalisation", _("Personnalisation")
    WAITING = "waiting", _("Attente")
    ANSWER_QUALITY = "answer_quality", _("Qualité de la réponse")
    TRANSFER = "transfer", _("Transfert et orientation")
    COMPLAINTS = "complaints", _("Traitement des réclamations")


class CriterionKind(models.TextChoices):
    YES_NO = "yes_no", _("Oui ou non")
    GRADED = "graded", _("Gradué")
    COUNT = "count", _("Nombre")
    DURATION = "duration", _("Durée en minutes")
    DELAY = "delay", _("Délai calculé en heures ouvrées")
