"""States of a session and of a card put to the room."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SessionState(models.TextChoices):
    PREPARED = "prepared", _("En préparation")
    OPEN = "open", _("En cours")
    # Nothing more is received; ballots, presences and the key are destroyed.
    ENDED = "ended", _("Terminée")


class Shape(models.TextChoices):
    """What the room makes of the sentences of a card."""

    WORDS = "words", _("Nuage de mots")
    IDEAS = "ideas", _("Idées à soutenir")


class Step(models.TextChoices):
    ANSWERS = "answers", _("Réponses")
    # The ideas that a first vote gave, put to the vote in their turn.
    SUPPORT = "support", _("Soutiens")


class RoundState(models.TextChoices):
    OPEN = "open", _("Vote ouvert")
    CLOSED = "closed", _("Vote clos")
    # Texts are out of the box; the facilitator reads them before the room does.
    SORTING = "sorting", _("À relire")
    SHOWN = "shown", _("Montré")


TRANSITIONS: dict[RoundState, frozenset[RoundState]] = {
    RoundState.OPEN: frozenset({RoundState.CLOSED}),
    RoundState.CLOSED: frozenset({RoundState.OPEN, RoundState.SORTING, RoundState.SHOWN}),
    RoundState.SORTING: frozenset({RoundState.SHOWN}),
    # What was shown was counted once, and its ballots are destroyed: it never opens again.
    RoundState.SHOWN: frozenset(),
}
