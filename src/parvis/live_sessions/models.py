"""A session, the cards put to the room, the box of each, and the texts that came out of it.

There is no roll: whoever is in the room may answer. A ballot bears a token that the device made
for this card alone, so that two ballots of one device have nothing in common.
"""

from __future__ import annotations

import uuid
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.live_sessions.enums import RoundState, SessionState, Shape, Step
from parvis.organisations.models import Organisation
from parvis.staff_polls.models import DEFAULT_THRESHOLD, MINIMUM_THRESHOLD
from parvis.staff_polls.querysets import OfABodyQuerySet

MOST_PEOPLE = 5_000
# Of a text that came out of a box, masks included.
MAX_TEXT_CHARACTERS = 500


class LiveSession(models.Model):
    """Cards that a facilitator puts to a room, one after the other."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    # Names the key held apart, and enters what is hashed and sealed.
    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # In the address that phones open: six characters that no eye confuses, typed from a screen.
    code = models.CharField(max_length=6, unique=True)
    title = models.CharField(_("titre de la séance"), max_length=100)
    # `session_document`: cards may be added during the session, none changes once it was put.
    document = models.JSONField(default=dict)
    threshold = models.PositiveSmallIntegerField(
        _("seuil d’anonymat"),
        default=DEFAULT_THRESHOLD,
        validators=[MinValueValidator(MINIMUM_THRESHOLD)],
    )
    # People expected in the room: what a share of answers is a share of.
    expected = models.PositiveIntegerField(
        _("personnes attendues"),
        validators=[MinValueValidator(MINIMUM_THRESHOLD), MaxValueValidator(MOST_PEOPLE)],
    )
    state = models.CharField(
        max_length=10, choices=SessionState.choices, default=SessionState.PREPARED
    )
    # Number of the round on the screen; 0 = the waiting room.
    current = models.PositiveSmallIntegerField(default=0)
    # Incremented at each change: a button pressed on an older page is refused, a phone asks again.
    version = models.PositiveIntegerField(default=1)
    # null = not opened.
    opened_at = models.DateTimeField(null=True)
    # When it ends by itself, forgotten by all; null = not opened.
    ends_at = models.DateTimeField(null=True)
    # null = not ended.
    ended_at = models.DateTimeField(null=True)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(threshold__gte=MINIMUM_THRESHOLD),
                name="live_session_threshold_minimum",
                violation_error_message=_("Le seuil d’anonymat ne descend pas sous 5."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state=SessionState.PREPARED, opened_at__isnull=True, ends_at__isnull=True
                )
                | ~Q(state=SessionState.PREPARED)
                & Q(opened_at__isnull=False, ends_at__isnull=False),
                name="live_session_opened_once",
            ),
            models.CheckConstraint(
                condition=Q(state=SessionState.ENDED, ended_at__isnull=False)
                | ~Q(state=SessionState.ENDED) & Q(ended_at__isnull=True),
                name="live_session_ended_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def key_name(self) -> str:
        """Name under which the key of its box is held apart."""
        return f"live-session-{self.reference}"


class LiveRound(models.Model):
    """One card put to the room, once; or the ideas it gave, put to the vote."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(LiveSession, on_delete=models.CASCADE, related_name="rounds")
    # Within its session, from 1, in the order they were put.
    number = models.PositiveSmallIntegerField()
    # Key of its card in the document of the session.
    card = models.CharField(max_length=40)
    step = models.CharField(max_length=10, choices=Step.choices, default=Step.ANSWERS)
    state = models.CharField(max_length=10, choices=RoundState.choices, default=RoundState.OPEN)
    # Ideas put to the vote, as they were read: a list of texts. Empty for answers.
    options = models.JSONField(default=list)
    # What is shown (`staff_polls.release_document`, of one card); null = not counted.
    tables = models.JSONField(null=True)

    objects = ScopedManager(organisation="organisation")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="live_round_number_once"),
            models.UniqueConstraint(fields=["session", "card", "step"], name="live_round_once"),
            # A second look at a card, one answer later, would tell that answer.
            models.CheckConstraint(
                condition=~Q(state__in=[RoundState.SORTING, RoundState.SHOWN])
                | Q(tables__isnull=False),
                name="live_round_shown_is_counted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} n° {self.number}"


class LiveBallot(models.Model):
    """What one device answered to one card, sealed; destroyed as soon as the card is counted."""

    # SHA-256, hexadecimal, that the device makes of its own secret with the round.
    token = models.CharField(primary_key=True, max_length=64)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(LiveRound, on_delete=models.CASCADE, related_name="ballots")
    sealed = models.BinaryField()

    objects = ScopedManager(organisation="organisation")

    def __str__(self) -> str:
        return self.token[:8]


class Presence(models.Model):
    """A device that entered the room: counted, and tied to none of its ballots."""

    token = models.CharField(primary_key=True, max_length=64)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(LiveSession, on_delete=models.CASCADE, related_name="presences")

    objects = ScopedManager(organisation="organisation")

    def __str__(self) -> str:
        return self.token[:8]


# Words and ideas that a screen holds: a large room writes thousands.
MOST_SHOWN = {Shape.WORDS: 60, Shape.IDEAS: 24}


class LiveTextQuerySet(models.QuerySet["LiveText"]):
    def on_the_screen(self, shape: str, times: int = 1) -> Self:
        """The first texts, as many as a screen holds, or so many times as many."""
        return self[: times * MOST_SHOWN[Shape(shape)]]


class LiveText(models.Model):
    """A word or an idea: of nobody, without date or order, personal data masked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(LiveRound, on_delete=models.CASCADE, related_name="texts")
    text = models.CharField(_("texte"), max_length=MAX_TEXT_CHARACTERS)
    # Ballots that bore it, however it was spelt.
    times = models.PositiveIntegerField(default=1)
    # Taken off the screen by the facilitator; may be put back.
    is_hidden = models.BooleanField(default=False)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(LiveTextQuerySet),
    )

    class Meta:
        # Those said as often stand in the order of their numbers, which are drawn at random.
        ordering = ["-times", "id"]

    def __str__(self) -> str:
        return str(self.pk)
