"""Programs of a body: the keys by which they read, the addresses that are told."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from parvis.accounts.models import Person
from parvis.feedback.exchange_enums import DeliveryState, WebhookEvent
from parvis.feedback.querysets import ExchangeQuerySet
from parvis.organisations.models import Organisation


class ApiKey(models.Model):
    """A key by which a program of the body reads; its secret is shown once and never kept."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("nom de la clé"), max_length=60)
    # SHA-256 of the key, in hexadecimal: drawn at random, it needs no slower hash.
    secret_hash = models.CharField(max_length=64, unique=True)
    # First characters, by which its owner recognises it.
    hint = models.CharField(max_length=16)
    # Values of ApiScope.
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        Person, verbose_name=_("qui l’a créée"), on_delete=models.PROTECT, related_name="+"
    )
    # null = it still opens.
    revoked_at = models.DateTimeField(null=True, blank=True)
    # To the minute; null = never used.
    last_used_at = models.DateTimeField(null=True, blank=True)

    # --- Its budget: requests since the beginning of the current minute.
    window_started_at = models.DateTimeField(null=True, blank=True)
    window_requests = models.PositiveIntegerField(default=0)

    objects = ScopedManager(
        organisation="organisation", _manager_class=models.Manager.from_queryset(ExchangeQuerySet)
    )

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class WebhookEndpoint(models.Model):
    """An address of the body that is told what happens."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    url = models.CharField(_("adresse"), max_length=500)
    # Values of WebhookEvent.
    events = models.JSONField(default=list)
    # Sealed (`foundation.sealing`): the secret is needed to sign.
    sealed_secret = models.CharField(max_length=300)
    # The secret before the last rotation, which signs too until `previous_until`; empty = none.
    previous_sealed_secret = models.CharField(max_length=300, blank=True)
    previous_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        Person, verbose_name=_("qui l’a ajoutée"), on_delete=models.PROTECT, related_name="+"
    )
    # First failure since the last success; null = the last attempt succeeded, or there was none.
    failing_since = models.DateTimeField(null=True, blank=True)
    # null = told of what happens. Set after days of failure, or by a coordinator.
    disabled_at = models.DateTimeField(null=True, blank=True)
    # null = still on the page.
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedManager(
        organisation="organisation", _manager_class=models.Manager.from_queryset(ExchangeQuerySet)
    )

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(models.Model):
    """The durable intention to tell one address of one event; sent until it is received."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries"
    )
    event = models.CharField(max_length=40, choices=WebhookEvent.choices)
    # The same from one attempt to the next, and for all addresses told of one event.
    message_id = models.CharField(max_length=80)
    # What is sent, byte for byte: the signature is that of this text.
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(
        max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    # Not before this instant; while it is being sent, when another may try.
    next_attempt_at = models.DateTimeField(default=timezone.now)
    # Of the last attempt; null = nobody answered.
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    settled_at = models.DateTimeField(null=True)

    objects = ScopedManager(
        organisation="organisation", _manager_class=models.Manager.from_queryset(ExchangeQuerySet)
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state=DeliveryState.PENDING),
                name="feedback_delivery_due",
            ),
            models.Index(fields=["endpoint", "-created_at"], name="feedback_delivery_last"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "message_id"], name="feedback_delivery_once"
            ),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.PENDING, settled_at__isnull=True)
                | (~Q(state=DeliveryState.PENDING) & Q(settled_at__isnull=False)),
                name="feedback_delivery_settled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.message_id}"
