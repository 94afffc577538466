"""Exports asked for, and months of counts given to everybody."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.accounts.models import Person
from parvis.feedback.exchange_enums import ExportFormat, ExportState
from parvis.feedback.models.touchpoints import Touchpoint
from parvis.feedback.querysets import ExchangeQuerySet
from parvis.organisations.models import Organisation


class ExportJob(models.Model):
    """A file of a body's answers, written piece by piece; each piece ends on a committed cursor."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(
        Person, verbose_name=_("qui l’a demandé"), on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField(default=timezone.now)
    format = models.CharField(_("format"), max_length=10, choices=ExportFormat.choices)
    # null = every touchpoint of the body.
    touchpoint = models.ForeignKey(
        Touchpoint,
        verbose_name=_("point d’écoute"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # Days on which the answers are counted, both included; null = no limit.
    first_day = models.DateField(_("du"), null=True, blank=True)
    last_day = models.DateField(_("au"), null=True, blank=True)
    # Only answers received before: those still being written when it began could be missed.
    received_before = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ExportState.choices, default=ExportState.QUEUED)
    # Name of the file below HOME/exports, drawn once, without its extension.
    file_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    # --- Where it stands. The cursor is that of the last answer whose bytes are committed.
    cursor_received_at = models.DateTimeField(null=True)
    cursor_id = models.UUIDField(null=True)
    rows_walked = models.BigIntegerField(default=0)
    # Among those walked, the ones that the filters leave and that may leave the house.
    rows_written = models.BigIntegerField(default=0)
    # Answers to walk, counted once when it begins; null = not counted yet.
    rows_expected = models.BigIntegerField(null=True)
    # State of the writer: committed bytes, parts or sheets.
    writer_state = models.JSONField(default=dict)
    progressed_at = models.DateTimeField(default=timezone.now)
    # null = not finished, well or badly.
    finished_at = models.DateTimeField(null=True)
    size_bytes = models.BigIntegerField(null=True)
    # Sentence shown when it stopped; empty otherwise.
    failure = models.CharField(max_length=300, blank=True)

    objects = ScopedManager(
        organisation="organisation", _manager_class=models.Manager.from_queryset(ExchangeQuerySet)
    )

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=[ExportState.DONE, ExportState.FAILED])
                | Q(finished_at__isnull=False),
                name="export_end_dated",
                violation_error_message=_("Un export terminé porte sa date."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.format} {self.requested_at:%Y-%m-%d}"

    @property
    def is_going_on(self) -> bool:
        return self.state in (ExportState.QUEUED, ExportState.RUNNING)


class OpenDataset(models.Model):
    """A body's decision to give its monthly counts to everybody."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="+")
    # null = not public, or no more.
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        Person,
        verbose_name=_("qui a publié"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = ScopedManager(
        organisation="organisation", _manager_class=models.Manager.from_queryset(ExchangeQuerySet)
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(published_by__isnull=False),
                name="open_dataset_decided",
                violation_error_message=_("Une publication porte le nom de qui l’a décidée."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}"


class OpenDataMonth(models.Model):
    """The counts of one month, small cells already hidden. Once made they never change.

    Answers that arrive later from a kiosk long offline do not enter: the difference of two
    publications of a month would be the answer of one person.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    # First day of the month.
    month = models.DateField()
    # Lines in the order of `open_data.dataset.FIELDS`, the month left out.
    lines = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(organisation="organisation")

    class Meta:
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "month"], name="feedback_open_month_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.month:%Y-%m}"
