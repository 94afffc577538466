"""A consultation of the public by a body, its phases, and the team that runs it."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.accounts.models import Person
from parvis.consultations.enums import (
    Admission,
    ConsultationState,
    ModerationMoment,
    PhaseKind,
    TeamRole,
    Template,
)
from parvis.consultations.querysets import ConsultationQuerySet, OfABodyQuerySet
from parvis.organisations.models import Organisation

CODE_LENGTH = 8
TITLE_LENGTH = 120
SUMMARY_LENGTH = 400
TEXT_LENGTH = 20_000
# How long somebody may contest the result before what tied identities to votes is destroyed.
DEFAULT_APPEAL_DAYS = 15


class Consultation(models.Model):
    """One call on the population, made of phases on a calendar."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    # Names the key held apart, and enters what it hashes.
    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # In the public address: eight characters that no eye confuses.
    code = models.CharField(max_length=CODE_LENGTH, unique=True)
    template = models.CharField(_("modèle"), max_length=10, choices=Template.choices)
    title = models.CharField(_("titre"), max_length=TITLE_LENGTH)
    # In one or two sentences: what is asked, and what will be done of it.
    summary = models.CharField(_("en bref"), max_length=SUMMARY_LENGTH)
    description = models.TextField(_("présentation"), max_length=TEXT_LENGTH, blank=True)
    # Written by the team in plain words, for whoever finds the presentation long; empty = none.
    plain_summary = models.TextField(_("en langage simple"), max_length=3_000, blank=True)
    # Language of the texts above.
    language = models.CharField(_("langue"), max_length=8, default="fr")
    # {language: {"title", "summary", "description", "plain_summary"}}; a missing text is shown in
    # the consultation's own language.
    translations = models.JSONField(default=dict, blank=True)
    state = models.CharField(
        max_length=10, choices=ConsultationState.choices, default=ConsultationState.DRAFT
    )
    admission = models.CharField(
        _("qui peut participer"),
        max_length=10,
        choices=Admission.choices,
        default=Admission.OPEN,
    )
    # Codes of `Proof` among which a person chooses; empty when the admission is open.
    proofs = models.JSONField(default=list, blank=True)
    moderation = models.CharField(
        _("modération"),
        max_length=10,
        choices=ModerationMoment.choices,
        default=ModerationMoment.BEFORE,
    )
    # What the team adds to the reasons of `ModerationReason`, published with them.
    charter = models.TextField(_("charte de modération"), max_length=5_000, blank=True)
    appeal_days = models.PositiveSmallIntegerField(
        _("délai de recours (jours)"),
        default=DEFAULT_APPEAL_DAYS,
        validators=[MinValueValidator(0), MaxValueValidator(365)],
    )
    # What was decided at the end, and why; published with the result.
    conclusion = models.TextField(
        _("ce qui est décidé, et pourquoi"), max_length=10_000, blank=True
    )
    # Why it is open or published during a pre-electoral period all the same; empty = nothing said.
    embargo_reason = models.CharField(
        _("motif de maintien en période préélectorale"), max_length=300, blank=True
    )
    # Incremented at each change of the settings: a form that started from an older one is refused.
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    # null = not yet.
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    # When the key that hashed identities was destroyed; null = it is held.
    key_destroyed_at = models.DateTimeField(null=True)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(ConsultationQuerySet),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ConsultationState.DRAFT, opened_at__isnull=True)
                | ~Q(state=ConsultationState.DRAFT) & Q(opened_at__isnull=False),
                name="consultation_opened_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[ConsultationState.CLOSED, ConsultationState.PUBLISHED],
                    closed_at__isnull=False,
                )
                | Q(
                    state__in=[ConsultationState.DRAFT, ConsultationState.OPEN],
                    closed_at__isnull=True,
                ),
                name="consultation_closed_once",
            ),
            models.CheckConstraint(
                condition=Q(state=ConsultationState.PUBLISHED, published_at__isnull=False)
                | ~Q(state=ConsultationState.PUBLISHED) & Q(published_at__isnull=True),
                name="consultation_published_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def key_name(self) -> str:
        """Name under which its key is held apart."""
        return f"consultation-{self.reference}"

    @property
    def is_public(self) -> bool:
        return self.state != ConsultationState.DRAFT

    @property
    def is_verified(self) -> bool:
        return self.admission == Admission.VERIFIED


class Phase(models.Model):
    """What is asked between two dates. `settings` are read by `phase_settings.read_settings`."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="phases")
    # Within its consultation, from 1: its place in the calendar and in the address.
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("ce qui s’y fait"), max_length=15, choices=PhaseKind.choices)
    title = models.CharField(_("titre"), max_length=TITLE_LENGTH)
    presentation = models.TextField(_("présentation"), max_length=TEXT_LENGTH, blank=True)
    # {language: {"title", "presentation"}}.
    translations = models.JSONField(default=dict, blank=True)
    opens_at = models.DateTimeField(_("début"))
    # Nothing is accepted from this instant on.
    closes_at = models.DateTimeField(_("fin"))
    settings = models.JSONField(default=dict, blank=True)
    # When its votes were counted and cut from those who gave them; null = not yet.
    closed_at = models.DateTimeField(null=True)
    # When those already there were told that it begins; null = not yet.
    opening_told_at = models.DateTimeField(null=True)
    # When what the cut rows left in the files was overwritten or freed; null = still to be done.
    traces_wiped_at = models.DateTimeField(null=True)
    # What was counted at the close by the module of its kind in `results`; empty = nothing yet.
    result = models.JSONField(default=dict, blank=True)
    # How many people took part, kept at the close.
    participants = models.PositiveIntegerField(default=0)
    # Number of its contributions, given in their order: the next one is this + 1.
    last_number = models.PositiveIntegerField(default=0)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["consultation", "position"], name="consultation_phase_position_once"
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="consultation_phase_ends_after_its_start",
                violation_error_message=_("Une étape finit après son début."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def is_running(self, now: datetime) -> bool:
        """Whether the calendar has it open at that instant; its consultation must be open too."""
        return self.closed_at is None and self.opens_at <= now < self.closes_at


class TeamMember(models.Model):
    """Somebody whom a coordinator lets work on one consultation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="team")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("rôle"), max_length=10, choices=TeamRole.choices)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["consultation", "person", "role"], name="consultation_team_role_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"


class TeamInvitation(models.Model):
    """A role offered by mail, granted when this address takes an invitation of `accounts`."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    consultation = models.ForeignKey(
        Consultation, on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField(_("adresse électronique"))
    role = models.CharField(_("rôle"), max_length=10, choices=TeamRole.choices)
    invited_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["consultation", "email", "role"], name="consultation_invited_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.role}"
