"""Watching the touchpoints: what is ordinary at each, the alerts opened when it no longer is."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.accounts.models import Person
from parvis.feedback.enums import AlertKind, AlertState
from parvis.feedback.models.devices import Device
from parvis.feedback.models.touchpoints import Touchpoint
from parvis.feedback.querysets import AlertQuerySet
from parvis.organisations.models import Organisation


class TouchpointWatch(models.Model):
    """How a touchpoint is watched, and the reference its drop alarm compares with.

    The reference is learned once from the counts, then kept as these numbers: an answer that comes
    late changes the days watched, which are read again each time, not the measure they are
    compared with.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    touchpoint = models.OneToOneField(Touchpoint, on_delete=models.PROTECT, related_name="watch")
    # --- What the coordinator chooses.
    alarms_a_year = models.PositiveSmallIntegerField(
        _("fausses alertes de baisse acceptées par an"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    # Hours of the touchpoint's usual activity without news of a kiosk before the alert.
    silence_hours = models.PositiveSmallIntegerField(
        _("heures de silence d’une borne avant l’alerte"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    revision = models.PositiveIntegerField(default=1)

    # Last day on which fewer than five people were seen to work there; null = never. The days up to
    # it are not shown in detail, even once the team has grown.
    few_agents_on = models.DateField(null=True, blank=True)

    # --- The reference; null = not learned yet, or too few answers to learn from.
    # Days [first, end) it was learned from.
    reference_first_day = models.DateField(null=True, blank=True)
    reference_end = models.DateField(null=True, blank=True)
    # Share of dissatisfied answers, strictly between 0 and 1.
    reference_share = models.FloatField(null=True, blank=True)
    # Variance of a day's count beside that of independent answers, 1 at least.
    reference_dispersion = models.FloatField(null=True, blank=True)
    # Typical numbers of answers of an active day.
    reference_volumes = models.JSONField(default=list)
    # Share (0–1) of the days with an answer.
    reference_active_share = models.FloatField(null=True, blank=True)
    reference_answers = models.PositiveIntegerField(null=True, blank=True)
    # Sum at which the alarm rings, for the reference and the rate chosen.
    threshold = models.FloatField(null=True, blank=True)
    # First day watched: the sum starts from zero there.
    watched_from = models.DateField(null=True, blank=True)

    # --- Last computation, over [watched_from, computed_until].
    computed_until = models.DateField(null=True, blank=True)
    last_sum = models.FloatField(null=True, blank=True)

    objects = ScopedManager(organisation="organisation")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reference_share__isnull=True)
                | (
                    Q(reference_share__gt=0)
                    & Q(reference_share__lt=1)
                    & Q(threshold__gt=0)
                    & Q(reference_answers__gt=0)
                    & Q(watched_from__isnull=False)
                ),
                name="watch_reference_whole",
                violation_error_message=_("La référence d’une surveillance est entière."),
            )
        ]

    def __str__(self) -> str:
        return str(self.touchpoint_id)


class Alert(models.Model):
    """Something to look at, at one touchpoint; at most one open alert of a kind there."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.PROTECT, related_name="alerts")
    # The first kiosk concerned; null = the touchpoint as a whole.
    device = models.ForeignKey(
        Device, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=10, choices=AlertKind.choices)
    state = models.CharField(max_length=14, choices=AlertState.choices, default=AlertState.OPEN)
    opened_at = models.DateTimeField(default=timezone.now)
    # Figures the alert was opened on, by kind (`alert_wording`).
    details = models.JSONField(default=dict)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        Person,
        verbose_name=_("qui a pris en charge"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    # null on a closed alert = it ended by itself (the kiosk was heard of again).
    closed_by = models.ForeignKey(
        Person,
        verbose_name=_("qui a clos"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reason = models.CharField(_("motif de clôture"), max_length=500, blank=True)

    objects = ScopedManager(
        organisation="organisation", _manager_class=models.Manager.from_queryset(AlertQuerySet)
    )

    class Meta:
        ordering = ["-opened_at", "-pk"]
        indexes = [
            models.Index(fields=["organisation", "state", "-opened_at"], name="feedback_alerts"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["touchpoint", "kind"],
                condition=~Q(state=AlertState.CLOSED),
                name="one_open_alert_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(state=AlertState.CLOSED, closed_at__isnull=False)
                | (~Q(state=AlertState.CLOSED) & Q(closed_at__isnull=True)),
                name="alert_closing_dated",
                violation_error_message=_("Une alerte close porte sa date de clôture."),
            ),
            models.CheckConstraint(
                condition=~Q(state=AlertState.ACKNOWLEDGED) | Q(acknowledged_at__isnull=False),
                name="alert_acknowledgement_dated",
                violation_error_message=_("Une prise en charge porte sa date."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.touchpoint_id}"

    @property
    def is_closed(self) -> bool:
        return self.state == AlertState.CLOSED


class AlertComment(models.Model):
    """A note of the body's people on an alert."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        Person, verbose_name=_("auteur"), on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(default=timezone.now)
    text = models.CharField(_("note"), max_length=1000)

    objects = ScopedManager(organisation="alert__organisation")

    class Meta:
        ordering = ["written_at", "pk"]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.pk}"
