"""Kinds of questions, levels of the smileys, devices, and why an answer is not counted."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class QuestionKind(models.TextChoices):
    SMILEY = "smiley", _("Quatre visages")
    REASONS = "reasons", _("Raisons à cocher")
    SCALE = "scale", _("Note de 0 à 10")
    SINGLE = "single", _("Un seul choix")
    MULTIPLE = "multiple", _("Plusieurs choix")
    COMMENT = "comment", _("Commentaire libre")
    IDEA = "idea", _("Idée")


# Several options at once: the answer is a set of option codes, kept as a sum of powers of two.
SET_KINDS = (QuestionKind.REASONS, QuestionKind.MULTIPLE)
TEXT_KINDS = (QuestionKind.COMMENT, QuestionKind.IDEA)


class Level(models.IntegerChoices):
    """The four smileys, from the worst to the best; on the one scale 0, 33.3, 66.7 and 100."""

    VERY_BAD = 0, _("Très mal")
    RATHER_BAD = 1, _("Plutôt mal")
    RATHER_GOOD = 2, _("Plutôt bien")
    VERY_GOOD = 3, _("Très bien")


# In the `level` of an event or of a count: the visit's smiley is not known, or does not apply.
NO_LEVEL = -1
# In the `answer` of a count of a set question: how many answered it, whatever they ticked.
RESPONDENTS = -1
MAX_OPTION_CODE = 61


class DeviceKind(models.TextChoices):
    KIOSK = "kiosk", _("Borne")
    # The public page of a touchpoint, opened by its code: one row a touchpoint, never a person's.
    LINK = "link", _("Page publique")


class TimeQuality(models.IntegerChoices):
    """How the moment of an answer is known."""

    # Age by the device's monotonic clock within one run of its page, whatever its wall clock says.
    EXACT = 0, _("à la seconde")
    # The page was restarted since, but a server's answer had fixed the clock of that run.
    SYNCHRONISED = 1, _("par la dernière synchronisation")
    # Wall clock of the device, whose offset is the one measured at sending; consistent otherwise.
    DEVICE_CLOCK = 2, _("par l’horloge de la borne")
    # The clock contradicts itself: the answer is kept without a day.
    UNKNOWN = 3, _("inconnue")


class Exclusion(models.IntegerChoices):
    """Why an answer is not counted. Nothing is deleted: each reason has its own count."""

    NONE = 0, _("Comptée")
    TOO_SOON = 1, _("Trop près de la précédente")
    BURST = 2, _("Rafale d’appuis")
    REPEATED = 3, _("Même geste répété")
    UNDATED = 4, _("Date inconnue (horloge de la borne déréglée)")
    MANUAL = 5, _("Écartée à la main")
    TEST = 6, _("Essai")


class KeptApartReason(models.TextChoices):
    """Why what a device sent is kept for inspection, outside the answers."""

    CONFLICT = "conflict", _("Même identifiant, autre contenu")
    UNKNOWN_VERSION = "unknown_version", _("Version inconnue du questionnaire")
    UNKNOWN_QUESTION = "unknown_question", _("Question inconnue dans cette version")
    UNKNOWN_TOUCHPOINT = "unknown_touchpoint", _("Point d’écoute inconnu")
    INVALID_VALUE = "invalid_value", _("Réponse hors de l’échelle")
    INVALID_SEQUENCE = "invalid_sequence", _("Numéro d’ordre impossible")


class CommentState(models.TextChoices):
    PENDING = "pending", _("À relire")
    PUBLISHED = "published", _("Publié")
    KEPT_INTERNAL = "internal", _("Gardé en interne")
    REJECTED = "rejected", _("Écarté")


COMMENT_TRANSITIONS: dict[CommentState, frozenset[CommentState]] = {
    CommentState.PENDING: frozenset(
        {CommentState.PUBLISHED, CommentState.KEPT_INTERNAL, CommentState.REJECTED}
    ),
    CommentState.PUBLISHED: frozenset({CommentState.KEPT_INTERNAL, CommentState.REJECTED}),
    CommentState.KEPT_INTERNAL: frozenset({CommentState.PUBLISHED, CommentState.REJECTED}),
    CommentState.REJECTED: frozenset({CommentState.PUBLISHED, CommentState.KEPT_INTERNAL}),
}


class AlertKind(models.TextChoices):
    DROP = "drop", _("Baisse de satisfaction")
    SILENT = "silent", _("Borne silencieuse")
    MISUSE = "misuse", _("Appuis abusifs")


class AlertState(models.TextChoices):
    OPEN = "open", _("À traiter")
    ACKNOWLEDGED = "acknowledged", _("Prise en charge")
    CLOSED = "closed", _("Close")


# What the misuse filter set aside by itself; the other exclusions are nobody's misuse.
MISUSE = (Exclusion.TOO_SOON, Exclusion.BURST, Exclusion.REPEATED)


class IdeaState(models.TextChoices):
    RECEIVED = "received", _("Reçue")
    UNDER_STUDY = "under_study", _("À l’étude")
    PLANNED = "planned", _("Prévue")
    DONE = "done", _("Réalisée")
    DECLINED = "declined", _("Non retenue")


class CommitmentState(models.TextChoices):
    PLANNED = "planned", _("Prévu")
    UNDER_WAY = "under_way", _("En cours")
    DONE = "done", _("Fait")
    NOT_DONE = "not_done", _("Pas possible")
