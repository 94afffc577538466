"""Whatever is written in a consultation and may be voted on, read, refused, answered, followed."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.accounts.models import Person
from parvis.consultations.enums import (
    ContributionKind,
    ContributionState,
    ModerationAct,
    ModerationReason,
    MoveState,
)
from parvis.consultations.models.consultations import Phase
from parvis.consultations.querysets import ContributionQuerySet, OfABodyQuerySet
from parvis.consultations.search import SearchedField
from parvis.organisations.models import Organisation

CONTRIBUTION_TITLE_LENGTH = 150
CONTRIBUTION_TEXT_LENGTH = 5_000
# A statement is read in one breath; Polis's own limit.
STATEMENT_LENGTH = 140


class Contribution(models.Model):
    """An idea, a statement, a project, a criterion, an argument: one shape, one moderation.

    A row never leaves: it is withdrawn, refused, merged or split, and what was said of it stays.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    phase = models.ForeignKey(Phase, on_delete=models.CASCADE, related_name="contributions")
    kind = models.CharField(max_length=10, choices=ContributionKind.choices)
    # Within its phase, from 1: in its address, on paper and in exports.
    number = models.PositiveIntegerField()
    # Made by the page of the form: the same form sent twice makes one contribution.
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # What an argument, condition or comment is about; null for the others.
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replies"
    )
    # null = the team wrote it, or its author was erased.
    author = models.ForeignKey(
        "consultations.Participant",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contributions",
    )
    # Empty for statements, items and comments.
    title = models.CharField(_("titre"), max_length=CONTRIBUTION_TITLE_LENGTH, blank=True)
    text = models.TextField(_("texte"), max_length=CONTRIBUTION_TEXT_LENGTH, blank=True)
    plain_summary = models.TextField(_("en langage simple"), max_length=1_000, blank=True)
    # {language: {"title", "text"}}: what the team wrote in other languages.
    translations = models.JSONField(default=dict, blank=True)
    # Codes of the phase's settings; empty = none.
    theme = models.CharField(_("thème"), max_length=40, blank=True)
    sector = models.CharField(_("secteur"), max_length=40, blank=True)
    # Where it is, degrees WGS 84; null together = nowhere in particular.
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    place = models.CharField(_("lieu"), max_length=120, blank=True)
    # {code of a custom field: answer}.
    answers = models.JSONField(default=dict, blank=True)
    # Whole euros, of costed projects only.
    cost_euros = models.PositiveIntegerField(_("coût (€)"), null=True, blank=True)
    # The idea a costed project comes from; null = the team's own.
    from_idea = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="projects"
    )
    state = models.CharField(
        max_length=10, choices=ContributionState.choices, default=ContributionState.WAITING
    )
    # Where it lives on; set exactly when `state` is merged. Never itself.
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    # The idea of which it was a part; null = none.
    split_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts"
    )
    # Counted again from the votes at each one, never incremented.
    support_count = models.PositiveIntegerField(default=0)
    # Published arguments, conditions and comments about it, counted again at each one.
    reply_count = models.PositiveIntegerField(default=0)
    # Its folded words, for the search: `search.search_text`.
    search_text = SearchedField(default="", blank=True, editable=False)
    # Incremented at each change of its text.
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    # null = never published.
    published_at = models.DateTimeField(null=True)
    # Name of the export and number in it, of what was imported; empty = written here.
    source = models.CharField(max_length=80, blank=True)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(ContributionQuerySet),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["phase", "number"], name="consultation_contribution_number_once"
            ),
            models.CheckConstraint(
                condition=Q(state=ContributionState.MERGED, merged_into__isnull=False)
                | ~Q(state=ContributionState.MERGED) & Q(merged_into__isnull=True),
                name="consultation_merged_into_something",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="consultation_not_merged_into_itself",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="consultation_place_on_earth",
                violation_error_message=_("Ce point n’est pas sur la carte."),
            ),
            models.CheckConstraint(
                condition=Q(kind=ContributionKind.PROJECT, cost_euros__gt=0)
                | ~Q(kind=ContributionKind.PROJECT) & Q(cost_euros__isnull=True),
                name="consultation_project_has_a_cost",
                violation_error_message=_("Un projet chiffré coûte au moins 1 €."),
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        ContributionKind.ARGUMENT_FOR,
                        ContributionKind.ARGUMENT_AGAINST,
                        ContributionKind.CONDITION,
                    ]
                )
                | Q(kind=ContributionKind.COMMENT, parent__isnull=False)
                | Q(parent__isnull=True),
                name="consultation_reply_is_about_something",
            ),
        ]
        indexes = [
            models.Index(
                fields=["phase", "kind", "state", "-published_at"], name="consultation_latest"
            ),
            models.Index(
                fields=["phase", "kind", "state", "-support_count"], name="consultation_supported"
            ),
            # Lists and maps of thousands are read from these without opening the rows.
            models.Index(
                fields=["phase", "kind", "state", "theme", "sector"], name="consultation_by_theme"
            ),
            models.Index(
                fields=["phase", "kind", "state", "latitude", "longitude", "number"],
                name="consultation_on_the_map",
                condition=Q(latitude__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.text[:60]


class Attachment(models.Model):
    """An image (re-encoded, without metadata) or a document of a contribution or of a phase."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    phase = models.ForeignKey(Phase, on_delete=models.CASCADE, related_name="attachments")
    # null = of the phase itself (the documents of a project).
    contribution = models.ForeignKey(
        Contribution, null=True, on_delete=models.CASCADE, related_name="attachments"
    )
    # Below `settings.EVIDENCE_ROOT`; a generated name.
    path = models.CharField(max_length=200)
    # SHA-256 of the stored bytes, hexadecimal.
    sha256 = models.CharField(max_length=64)
    # The same picture, small enough for a phone, and its SHA-256; empty for documents.
    small_path = models.CharField(max_length=200, blank=True)
    small_sha256 = models.CharField(max_length=64, blank=True)
    media_type = models.CharField(max_length=80)
    size_bytes = models.PositiveIntegerField()
    name = models.CharField(_("nom du fichier"), max_length=120)
    # What an image shows, for whoever does not see it; empty for documents.
    description = models.CharField(_("description"), max_length=250, blank=True)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    def __str__(self) -> str:
        return self.name


class ModerationDecision(models.Model):
    """What was done with a contribution, when and why: append-only, shown to its author."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    contribution = models.ForeignKey(
        Contribution, on_delete=models.CASCADE, related_name="decisions"
    )
    act = models.CharField(max_length=10, choices=ModerationAct.choices)
    # Of the charter; empty unless refused.
    reason = models.CharField(max_length=15, choices=ModerationReason.choices, blank=True)
    # What is told to the author, or what the author says in an appeal.
    words = models.TextField(max_length=1_000, blank=True)
    # null = the author.
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(act=ModerationAct.REFUSED) | ~Q(reason=""),
                name="consultation_refusal_has_a_reason",
                violation_error_message=_("Un refus donne un motif de la charte."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contribution_id} {self.act}"


class SupportMove(models.Model):
    """A supporter asked whether their support goes along with an idea merged or split."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    participant = models.ForeignKey(
        "consultations.Participant", on_delete=models.CASCADE, related_name="moves"
    )
    source = models.ForeignKey(Contribution, on_delete=models.PROTECT, related_name="moves_out")
    target = models.ForeignKey(Contribution, on_delete=models.PROTECT, related_name="moves_in")
    state = models.CharField(max_length=10, choices=MoveState.choices, default=MoveState.ASKED)
    # Whether accepting gave the target a support it did not have of this person: what undoing the
    # merge or the split takes back.
    moved = models.BooleanField(default=False)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "source", "target"], name="consultation_move_asked_once"
            ),
            models.CheckConstraint(
                condition=~Q(source=F("target")), name="consultation_move_goes_elsewhere"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}"


class Report(models.Model):
    """A participant who says that a published contribution breaks the charter."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="reports")
    participant = models.ForeignKey(
        "consultations.Participant", on_delete=models.CASCADE, related_name="+"
    )
    reason = models.CharField(_("motif"), max_length=15, choices=ModerationReason.choices)
    # When a moderator looked at it; null = not yet.
    handled_at = models.DateTimeField(null=True)

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(OfABodyQuerySet),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contribution", "participant"], name="consultation_reported_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contribution_id} {self.reason}"
