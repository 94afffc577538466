"""Votes while they may change, and what is left of them once a phase is closed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django_scopes import ScopedManager

from parvis.consultations.enums import VoteKind
from parvis.consultations.models.consultations import Phase
from parvis.consultations.models.contributions import Contribution
from parvis.consultations.models.people import Participant
from parvis.consultations.querysets import OfABodyQuerySet
from parvis.organisations.models import Organisation

# What a vote may be worth: an opinion −1, 0 or 1; a preference −1, 0 or 1; a note 0 to 4; points.
MOST_POINTS = 1_000


class Vote(models.Model):
    """What one participant says of one thing: the last word counts, and no date is kept.

    `subject` is what is voted on: an idea or argument (support, `value` 1), a statement (opinion:
    −1 disagree, 0 pass, 1 agree), a criterion (judgement: 0 to 4), a project (allocation: 1, or
    points). A preference is about two items: `subject` has the lower key, `other` is the key of the
    other one, and `value` is 1 when `subject` is preferred, −1 when `other` is, 0 when neither.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="votes")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="votes")
    kind = models.CharField(max_length=10, choices=VoteKind.choices)
    subject = models.ForeignKey(
        Contribution, on_delete=models.PROTECT, related_name="votes", db_index=False
    )
    # 0 = none.
    other = models.PositiveBigIntegerField(default=0)
    value = models.SmallIntegerField()

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "subject", "other"], name="consultation_one_vote_each"
            ),
            models.CheckConstraint(
                condition=Q(value__gte=-1, value__lte=MOST_POINTS),
                name="consultation_vote_has_a_value",
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "value"], name="consultation_vote_subject"),
            models.Index(fields=["phase", "participant"], name="consultation_vote_phase"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class ClosedVote(models.Model):
    """A vote of a closed phase: its voter is a number drawn at random, tied to nobody."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="closed_votes")
    # Within its phase, from 1, in an order drawn at random at the close.
    voter = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=VoteKind.choices)
    subject = models.ForeignKey(Contribution, on_delete=models.PROTECT, related_name="+")
    other = models.PositiveBigIntegerField(default=0)
    value = models.SmallIntegerField()

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["phase", "voter", "subject", "other"], name="consultation_closed_vote_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class Exposure(models.Model):
    """How many times a contribution was shown to be judged; nobody knows to whom."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    contribution = models.OneToOneField(
        Contribution, on_delete=models.CASCADE, related_name="exposure"
    )
    shown = models.PositiveBigIntegerField(default=0)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    def __str__(self) -> str:
        return f"{self.contribution_id} {self.shown}"


class ExposureClass(models.Model):
    """How often contributions of so many votes were shown, and how often the rule meant it.

    Of a phase and a class of `exposure.CLASS_STARTS`: what a rule that silently stopped working
    would change first.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    phase = models.ForeignKey(Phase, on_delete=models.CASCADE, related_name="exposure_classes")
    votes_class = models.PositiveSmallIntegerField()
    shown = models.PositiveBigIntegerField(default=0)
    # Sum over the draws of the chance that the rule gave this class, and of that of a draw in which
    # all that could be drawn had the same chance.
    expected = models.FloatField(default=0)
    uniform = models.FloatField(default=0)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["phase", "votes_class"], name="consultation_exposure_class_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.phase_id} {self.votes_class}"


class PhaseFigures(models.Model):
    """What is computed of a phase while it runs, and replaced each time: groups, participation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    phase = models.OneToOneField(Phase, on_delete=models.CASCADE, related_name="figures")
    # What the page shows.
    document = models.JSONField(default=dict)
    # What the next computation starts from (`statistics.opinion_groups.GroupState`), and totals for
    # the archive: `operations.following`.
    state = models.JSONField(default=dict)
    computed_at = models.DateTimeField()
    # Votes there were: nothing is computed again until there are others.
    votes = models.PositiveIntegerField(default=0)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    def __str__(self) -> str:
        return str(self.phase_id)
