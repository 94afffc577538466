"""Writing down what is to be told, in the transaction of what it tells."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_scopes import scope

from parvis.feedback.exchange_enums import WebhookEvent
from parvis.feedback.models import WebhookDelivery, WebhookEndpoint


def announce(
    organisation_id: int,
    event: WebhookEvent,
    payload: Mapping[str, Any],
    *,
    key: str = "",
    at: datetime | None = None,
) -> int:
    """Queue an event for each address of the body that wants it; return how many.

    To be called in the transaction of the event: both live or die together. `payload` must be
    JSON-serialisable and hold no raw text of a citizen, only what is masked. `key` names the event
    by numbers ("alert:12"): announced again under the same key it is told once.
    """
    with scope(organisation=[organisation_id]), transaction.atomic():
        endpoints = [
            endpoint
            for endpoint in WebhookEndpoint.objects.filter(
                organisation=organisation_id, disabled_at__isnull=True, removed_at__isnull=True
            )
            if event in endpoint.events
        ]
        return queue(endpoints, event, payload, key=key, at=at)


def queue(
    endpoints: list[WebhookEndpoint],
    event: WebhookEvent,
    payload: Mapping[str, Any],
    *,
    key: str = "",
    at: datetime | None = None,
) -> int:
    """Write one delivery for each of these addresses, whatever they subscribe to."""
    from parvis.feedback.tasks.exchanges import deliver_webhooks_of

    if not endpoints:
        return 0
    now = timezone.now()
    body = json.dumps(
        {
            "type": event.value,
            "timestamp": (at or now).isoformat(timespec="milliseconds"),
            "data": payload,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    message_id = _message_id(event, key, endpoints[0].organisation_id)
    told = WebhookDelivery.objects.filter(endpoint__in=endpoints, message_id=message_id)
    known = set(told.values_list("endpoint_id", flat=True)) if key else set()
    endpoints = [endpoint for endpoint in endpoints if endpoint.pk not in known]
    made = WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(
                organisation_id=endpoint.organisation_id,
                endpoint=endpoint,
                event=event,
                message_id=message_id,
                body=body,
                created_at=now,
                next_attempt_at=now,
            )
            for endpoint in endpoints
        ],
        ignore_conflicts=True,  # announced twice at once
    )
    for endpoint in endpoints:
        deliver_webhooks_of.enqueue(endpoint.pk)
    return len(made)


def _message_id(event: str, key: str, organisation_id: int) -> str:
    if not key:
        return f"msg_{secrets.token_urlsafe(24)}"
    digest = hashlib.sha256(f"{organisation_id}:{event}:{key}".encode()).hexdigest()
    return f"msg_{digest[:40]}"
