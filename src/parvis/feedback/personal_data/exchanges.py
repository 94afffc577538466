"""Keys and webhooks: programs of a body, and who set them up."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django_scopes import scopes_disabled

from parvis.feedback.exchange_enums import DeliveryState
from parvis.feedback.models import WebhookDelivery
from parvis.foundation.personal_data import Controller, declare, not_personal

DELIVERY_KEPT = timedelta(days=30)


def drop_settled_deliveries(now: datetime, dry_run: bool) -> int:
    """Forget what was told, or given up, a month ago."""
    with scopes_disabled():
        due = WebhookDelivery.objects.filter(settled_at__lt=now - DELIVERY_KEPT).exclude(
            state=DeliveryState.PENDING
        )
        return due.count() if dry_run else due.delete()[0]


not_personal(
    "feedback.ApiKey",
    "name",
    "secret_hash",
    "hint",
    "scopes",
    because="a program of the body, its secret hashed",
)
declare(
    "feedback.ApiKey",
    "created_by",
    purpose=_("savoir qui a ouvert un accès à un programme"),
    controller=Controller.ORGANISATION,
    retention=_("aussi longtemps que la clé"),
)
not_personal(
    "feedback.WebhookEndpoint",
    "url",
    "events",
    "sealed_secret",
    "previous_sealed_secret",
    because="an address of a program of the body, its secret sealed",
)
declare(
    "feedback.WebhookEndpoint",
    "created_by",
    purpose=_("savoir qui a fait prévenir un programme"),
    controller=Controller.ORGANISATION,
    retention=_("aussi longtemps que l’adresse"),
)
declare(
    "feedback.WebhookDelivery",
    "body",
    purpose=_("dire à un programme de l’organisme ce qui arrive, textes masqués compris"),
    controller=Controller.ORGANISATION,
    retention=DELIVERY_KEPT,
    purge=drop_settled_deliveries,
)
not_personal(
    "feedback.WebhookDelivery", "message_id", "last_error", because="a number, a network's error"
)
