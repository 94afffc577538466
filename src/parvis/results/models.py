"""Scoring runs, frozen and numbered, what they found, and what was published of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.accounts.models import Person
from parvis.editions.models import Edition, Wave
from parvis.mystery_audits.models import Contact
from parvis.organisations.enums import Stratum
from parvis.organisations.models import Organisation
from parvis.results.querysets import PublicationQuerySet, RunQuerySet, ScoreSheetQuerySet


class Run(models.Model):  # type: ignore[django-manager-missing]  # of scoped tables
    """One computation of scores: the same input document gives the same result, to the bit."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="runs")
    number = models.PositiveIntegerField()
    # null = the whole edition, both waves pooled.
    wave = models.ForeignKey(
        Wave, null=True, blank=True, on_delete=models.PROTECT, related_name="runs"
    )
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        Person,
        verbose_name=_("qui l’a lancé"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    software_version = models.CharField(max_length=40)
    # Canonical JSON, gzip-compressed: grid, weights, contacts with their evidence hashes.
    input_document = models.BinaryField()
    input_sha256 = models.CharField(max_length=64)
    # Canonical JSON, gzip-compressed: every score and interval.
    result_document = models.BinaryField()
    result_sha256 = models.CharField(max_length=64)
    organisation_count = models.PositiveIntegerField()
    contact_count = models.PositiveIntegerField()
    # Part of the result document that the operator's pages read: see results/overview.py.
    overview = models.JSONField()

    objects: ClassVar[models.Manager[Run]] = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("calcul des scores")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="run_number_once")
        ]

    def __str__(self) -> str:
        return f"Calcul n° {self.number}"


class ScoreSheet(models.Model):
    """What a run found for one organisation."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="score_sheets")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="score_sheets"
    )
    stratum = models.CharField(max_length=20, choices=Stratum.choices)
    # null = less than the edition's minimum coverage of the mandatory weight was assessable.
    overall_percent = models.FloatField(null=True)
    # 95 % interval; null together.
    lower_percent = models.FloatField(null=True)
    upper_percent = models.FloatField(null=True)
    contact_count = models.PositiveIntegerField()
    # Channels, stages, determinants and criteria with their intervals: see results/sheets.py.
    sheet = models.JSONField()

    objects = ScopedManager(
        organisation="organisation",
        _manager_class=models.Manager.from_queryset(ScoreSheetQuerySet),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "organisation"], name="score_sheet_once"),
            models.CheckConstraint(
                condition=Q(overall_percent__isnull=True)
                | Q(overall_percent__gte=0, overall_percent__lte=100),
                name="score_sheet_on_the_scale",
                violation_error_message=_("Un score se lit de 0 à 100."),
            ),
            models.CheckConstraint(
                condition=Q(lower_percent__isnull=True, upper_percent__isnull=True)
                | Q(lower_percent__lte=F("upper_percent")),
                name="score_sheet_interval_in_order",
                violation_error_message=_("La borne basse dépasse la borne haute."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.organisation_id}"


class ContactScore(models.Model):
    """The score of one contact in one run."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="contact_scores")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="scores")
    # null = no criterion was assessable.
    score_percent = models.FloatField(null=True)

    objects = ScopedManager(organisation="contact__organisation")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "contact"], name="contact_score_once")
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.contact_id}"


class Publication(models.Model):
    """A run opened to its participants, with the comparisons frozen and suppressed on that day."""

    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="publication")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="publications")
    # null = the whole edition.
    wave = models.ForeignKey(
        Wave, null=True, blank=True, on_delete=models.PROTECT, related_name="publications"
    )
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(
        Person,
        verbose_name=_("qui a publié"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # Comparison means by group and cell, after disclosure control: see results/comparisons.py.
    comparisons = models.JSONField()
    # null = the current one for its scope; otherwise replaced by a later publication.
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Publication]] = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("publication de résultats")
        ordering = ["-published_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["wave"],
                condition=Q(superseded_at__isnull=True, wave__isnull=False),
                name="publication_of_wave_current_once",
                violation_error_message=_("Les résultats de cette vague sont déjà publiés."),
            ),
            models.UniqueConstraint(
                fields=["edition"],
                condition=Q(superseded_at__isnull=True, wave__isnull=True),
                name="publication_of_edition_current_once",
                violation_error_message=_("Les résultats de cette édition sont déjà publiés."),
            ),
        ]

    def __str__(self) -> str:
        return f"Publication de {self.run}"
