"""States of a poll and kinds of cards."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PollState(models.TextChoices):
    DRAFT = "draft", _("En préparation")
    # Launched: cards, groups and threshold no longer change; the keys are being made.
    PREPARING = "preparing", _("Se met en place")
    OPEN = "open", _("Ouvert")
    # Nothing more is received, and the keys that opened the ballots are destroyed.
    CLOSED = "closed", _("Clos")


TRANSITIONS: dict[PollState, frozenset[PollState]] = {
    PollState.DRAFT: frozenset({PollState.PREPARING}),
    PollState.PREPARING: frozenset({PollState.OPEN}),
    PollState.OPEN: frozenset({PollState.CLOSED}),
    PollState.CLOSED: frozenset(),
}


class CardKind(models.TextChoices):
    AGREE = "agree", _("D’accord ou pas d’accord")
    SMILEY = "smiley", _("Quatre visages")
    SLIDER = "slider", _("Curseur de 0 à 10")
    SINGLE = "single", _("Un seul choix")
    MULTIPLE = "multiple", _("Plusieurs choix")
    RANKING = "ranking", _("Classement")
    SENTENCE = "sentence", _("Phrase à compléter")
    GUESS = "guess", _("Devinette : combien sur dix ?")


class Agreement(models.IntegerChoices):
    """What a card of agreement may be answered; "don't know" has no place on the one scale."""

    DISAGREE = 0, _("Pas d’accord")
    AGREE = 1, _("D’accord")
    DO_NOT_KNOW = 2, _("Je ne sais pas")


# Kinds whose answers are ordered and enter a score from 0 to 100.
SCORED_KINDS = (CardKind.AGREE, CardKind.SMILEY, CardKind.SLIDER)
# Kinds that offer options of their own.
OPTION_KINDS = (CardKind.SINGLE, CardKind.MULTIPLE, CardKind.RANKING)
