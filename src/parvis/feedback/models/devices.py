"""What sends answers: paired kiosks, and the public page of each touchpoint."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.accounts.models import Person
from parvis.feedback.enums import DeviceKind, Exclusion
from parvis.feedback.models.touchpoints import Touchpoint
from parvis.feedback.querysets import DeviceQuerySet
from parvis.organisations.models import Organisation


class Device(models.Model):
    """A kiosk, or the public page of a touchpoint. Never a citizen's own phone."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.PROTECT, related_name="devices")
    kind = models.CharField(max_length=10, choices=DeviceKind.choices)
    name = models.CharField(_("nom de la borne"), max_length=60)
    # SHA-256, in hexadecimal, of the secret given once at pairing; empty for a public page.
    secret_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    # null = active; otherwise since when nothing it sends is taken.
    revoked_at = models.DateTimeField(null=True, blank=True)
    # Grows when anything it shows changes: a device that knows a smaller number asks again.
    configuration = models.PositiveIntegerField(default=1)

    # --- Its health, as last told. null = never told.
    last_seen_at = models.DateTimeField(null=True, blank=True)
    app_version = models.CharField(max_length=20, blank=True)
    queue_length = models.PositiveIntegerField(null=True, blank=True)
    # Answers that stay on the tablet: unreadable here, or given at another touchpoint.
    put_aside = models.PositiveIntegerField(null=True, blank=True)
    storage_left_bytes = models.BigIntegerField(null=True, blank=True)
    # Server's clock minus the device's, in milliseconds.
    clock_offset_ms = models.BigIntegerField(null=True, blank=True)
    # Highest sequence number received; 0 = none yet, the first is 1.
    highest_sequence = models.BigIntegerField(default=0)
    # Ranges [first, last] of the numbers below the highest that never came, in order.
    missing_sequences = models.JSONField(default=list)

    # --- The misuse filter's memory; null or 0 = nothing yet. Moments are those of the answers.
    last_visit_at = models.DateTimeField(null=True, blank=True)
    last_level = models.SmallIntegerField(default=-1)
    # How many visits in a row came close together, and how many of them with the same smiley.
    streak_length = models.PositiveIntegerField(default=0)
    same_level_length = models.PositiveIntegerField(default=0)
    # Last visit judged, and its verdict, which its other answers follow.
    last_visit = models.UUIDField(null=True, blank=True)
    last_exclusion = models.SmallIntegerField(choices=Exclusion.choices, default=Exclusion.NONE)

    objects = ScopedManager(
        organisation="organisation", _manager_class=models.Manager.from_queryset(DeviceQuerySet)
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["secret_hash"],
                condition=~Q(secret_hash=""),
                name="device_secret_once",
            ),
            models.UniqueConstraint(
                fields=["touchpoint"],
                condition=Q(kind=DeviceKind.LINK),
                name="touchpoint_public_page_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PairingCode(models.Model):
    """A one-time code that makes a tablet a kiosk of a touchpoint."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.CASCADE, related_name="+")
    device_name = models.CharField(_("nom de la borne"), max_length=60)
    # SHA-256 in hexadecimal: the code itself is shown once.
    code_hash = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(
        Person, verbose_name=_("qui l’a demandé"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    # null = not used yet; a code serves once.
    used_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedManager(organisation="organisation")

    def __str__(self) -> str:
        return f"{self.touchpoint} {self.device_name}"


class WrongPairing(models.Model):
    """A guess that was no pairing code. Kept for the length of the budget it counts against."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    # Hash of where it came from, keyed with the installation's secret; never the address itself.
    source_hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}"
