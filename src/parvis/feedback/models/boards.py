"""What the boards keep: periods shown of the touchpoints with few agents, links of wall screens."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.accounts.models import Person
from parvis.feedback.models.touchpoints import Touchpoint
from parvis.feedback.querysets import WallLinkQuerySet
from parvis.organisations.models import Organisation, Site


class ClosedPeriod(models.Model):
    """The figures shown of a touchpoint with few agents: whole months, at least 30 answers.

    They are written down when they are first shown, because a figure that follows the counts would
    give away each answer that comes late, or is excluded, by its difference with yesterday's. They
    are replaced only when at least 30 answers have changed.
    """

    touchpoint = models.ForeignKey(
        Touchpoint, on_delete=models.PROTECT, related_name="closed_periods"
    )
    # First days of the first and the last month.
    first_month = models.DateField()
    last_month = models.DateField()
    # Answers counted at each level, from the worst to the best: four numbers.
    levels = models.JSONField(default=list)
    # Visits left out, by reason of exclusion ("1": 12).
    excluded = models.JSONField(default=dict)
    written_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(organisation="touchpoint__organisation")

    class Meta:
        ordering = ["first_month"]
        constraints = [
            models.UniqueConstraint(
                fields=["touchpoint", "first_month"], name="closed_period_once"
            ),
            models.CheckConstraint(
                condition=models.Q(last_month__gte=models.F("first_month")),
                name="closed_period_in_order",
                violation_error_message=_("Une période finit après son début."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.touchpoint_id} {self.first_month:%Y-%m}"


class WallLink(models.Model):
    """The address of a wall screen, which needs no sign-in and may be revoked."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("nom de l’écran"), max_length=60)
    # null = all the places of the body.
    site = models.ForeignKey(
        Site, verbose_name=_("lieu"), null=True, blank=True, on_delete=models.PROTECT
    )
    # SHA-256, in hexadecimal, of the secret in the address, shown once.
    secret_hash = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(
        Person, verbose_name=_("qui l’a créé"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    # null = the address works; otherwise since when it no longer does.
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedManager(
        organisation="organisation", _manager_class=models.Manager.from_queryset(WallLinkQuerySet)
    )

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
