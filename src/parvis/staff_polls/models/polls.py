"""A poll of the agents of a body, and the groups its results may be read by."""

from __future__ import annotations

import uuid

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.organisations.models import Organisation
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.querysets import OfABodyQuerySet

# Nothing is shown of fewer people than this, nor any difference: domain §6.
DEFAULT_THRESHOLD = 10
MINIMUM_THRESHOLD = 5


class StaffPoll(models.Model):
    """Cards put to the agents of a body. Once launched, only its state and its end change."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    # Names the keys held apart, and enters what is signed and hashed.
    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # In the address that agents open: ten characters that no eye confuses.
    code = models.CharField(max_length=10, unique=True)
    title = models.CharField(_("titre du sondage"), max_length=100)
    introduction = models.TextField(_("mot d’accueil"), max_length=600, blank=True)
    # What the coordinator writes, then what agents answered: `poll_document`.
    document = models.JSONField(default=dict)
    # Incremented at each change of the draft: a form that started from an older one is refused.
    revision = models.PositiveIntegerField(default=1)
    threshold = models.PositiveSmallIntegerField(
        _("seuil d’anonymat"),
        default=DEFAULT_THRESHOLD,
        validators=[MinValueValidator(MINIMUM_THRESHOLD)],
    )
    state = models.CharField(max_length=10, choices=PollState.choices, default=PollState.DRAFT)
    # The poll that this one repeats: cards of the same key are compared. null = none.
    follows = models.ForeignKey(
        "self",
        verbose_name=_("sondage précédent"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="followers",
    )
    # null = not launched.
    launched_at = models.DateTimeField(null=True)
    # When it closes by itself; null = not decided yet (a draft).
    closes_at = models.DateTimeField(_("clôture"), null=True, blank=True)
    # null = not closed.
    closed_at = models.DateTimeField(null=True)
    # When the last reminder left, and how many did; null = none.
    reminded_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    # X25519 key that seals ballots; the one that opens them is held apart. Empty = not made yet.
    box_public_key = models.BinaryField(default=b"")

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(threshold__gte=MINIMUM_THRESHOLD),
                name="staff_poll_threshold_minimum",
                violation_error_message=_("Le seuil d’anonymat ne descend pas sous 5."),
            ),
            models.CheckConstraint(
                condition=Q(state=PollState.DRAFT) | Q(closes_at__isnull=False),
                name="staff_poll_launched_with_an_end",
                violation_error_message=_("Un sondage lancé a une date de clôture."),
            ),
            models.CheckConstraint(
                condition=Q(state=PollState.DRAFT, launched_at__isnull=True)
                | ~Q(state=PollState.DRAFT) & Q(launched_at__isnull=False),
                name="staff_poll_launched_once",
            ),
            models.CheckConstraint(
                condition=Q(state=PollState.CLOSED, closed_at__isnull=False)
                | ~Q(state=PollState.CLOSED) & Q(closed_at__isnull=True),
                name="staff_poll_closed_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def keys_name(self) -> str:
        """Name under which its keys are held apart."""
        return f"staff-poll-{self.reference}"

    def voting_groups(self) -> list[PollGroup]:
        """The groups that ballots bear, in their order: those not merged into another."""
        return list(PollGroup.objects.filter(poll=self, merged_into__isnull=True))


class PollGroup(models.Model):
    """A service whose agents vote; a ballot bears its group, whose key signed its token."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    poll = models.ForeignKey(StaffPoll, on_delete=models.CASCADE, related_name="groups")
    # Within its poll, from 1: what pages and ballots call it by.
    number = models.PositiveSmallIntegerField()
    name = models.CharField(_("service"), max_length=80)
    # Too small to be shown alone: its agents vote in that one. null = votes under its own name.
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    # Printed codes to draw for it, beside the agents of the roll.
    printed_codes = models.PositiveIntegerField(_("agents sans courriel"), default=0)
    # Agents who may vote in it, those of the groups merged into it included; set at launch.
    eligible = models.PositiveIntegerField(default=0)
    # RSA key (SubjectPublicKeyInfo) whose blind signature makes a token. Empty = not made yet.
    public_key = models.BinaryField(default=b"")

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["poll", "number"], name="staff_poll_group_number_once"),
            models.UniqueConstraint(
                fields=["poll", "name"],
                name="staff_poll_group_name_once",
                violation_error_message=_("Deux groupes portent le même nom."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="staff_poll_group_not_into_itself",
            ),
        ]

    def __str__(self) -> str:
        return self.name
