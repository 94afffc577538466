"""The one scale: published, already suppressed measures of quality, whatever their source."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.measures.querysets import MeasureQuerySet
from parvis.organisations.models import Organisation
from parvis.questionnaires.enums import Channel, Determinant, JourneyStage


class Measure(models.Model):
    """One estimate on 0–100, where 0 is the worst and 100 the best answer of the scale.

    Suppression is applied before a row is written: who may see the organisation may see the row.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    # Instrument that measured, e.g. "mystery_audits".
    source = models.CharField(max_length=30)
    # What the instrument can be asked about it, e.g. "run:12".
    source_reference = models.CharField(max_length=60)
    # Empty = all stages, channels or determinants together.
    stage = models.CharField(max_length=20, choices=JourneyStage.choices, blank=True)
    channel = models.CharField(max_length=20, choices=Channel.choices, blank=True)
    determinant = models.CharField(max_length=20, choices=Determinant.choices, blank=True)
    period_start = models.DateField()
    period_end = models.DateField()
    estimate_percent = models.FloatField()
    # 95 % interval; null together = not estimable.
    lower_percent = models.FloatField(null=True)
    upper_percent = models.FloatField(null=True)
    # How many answers (contacts, ballots, feedbacks) the estimate rests on.
    answers = models.PositiveIntegerField()

    objects = ScopedManager(
        organisation="organisation", _manager_class=models.Manager.from_queryset(MeasureQuerySet)
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "organisation",
                    "source",
                    "source_reference",
                    "stage",
                    "channel",
                    "determinant",
                ],
                name="measure_once",
                violation_error_message=_("Cette mesure est déjà publiée."),
            ),
            models.CheckConstraint(
                condition=Q(estimate_percent__gte=0, estimate_percent__lte=100),
                name="measure_on_the_scale",
                violation_error_message=_("Une mesure va de 0 à 100."),
            ),
            models.CheckConstraint(
                condition=Q(lower_percent__isnull=True, upper_percent__isnull=True)
                | Q(lower_percent__lte=F("upper_percent")),
                name="measure_interval_in_order",
                violation_error_message=_("La borne basse dépasse la borne haute."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.source} {self.estimate_percent:.1f}"
