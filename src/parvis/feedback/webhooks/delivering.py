"""Sending what was announced, until it is received: at least once, for three days at most.

An address that nobody answers at is left for the next turn, so that it does not hold up the others;
one that has failed for three days is disabled, and the coordinators of the body are told by mail.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from parvis.feedback.exchange_enums import DeliveryState
from parvis.feedback.models import WebhookDelivery, WebhookEndpoint
from parvis.feedback.webhooks import signing
from parvis.foundation.addresses import absolute
from parvis.foundation.errors import Refusal
from parvis.foundation.mail import queue_mail
from parvis.foundation.outgoing import Fetcher, ForbiddenAddressError, UnreachableError
from parvis.foundation.sealing import UnsealError, unseal
from parvis.journal.operations import record
from parvis.organisations.enums import MandateState
from parvis.organisations.models import Mandate

logger = logging.getLogger(__name__)

SEALING_PURPOSE = "feedback.webhook"
# Waits after the first, second… failure: 3 days and 2 hours in all.
DELAYS = tuple(
    timedelta(seconds=s)
    for s in (30, 120, 600, 1800, 3600, 7200, 14400, 28800, 43200, 64800, 79200, 21600)
)
GIVE_UP_AFTER = timedelta(days=3)
# While an attempt is under way nobody else makes one; past this, whoever made it is dead.
ATTEMPT_LIMIT = timedelta(minutes=2)
# Of one turn of one address: the worker has other work.
TURN_SECONDS = 20.0
# A receiver that asks to wait is heeded, up to this.
LONGEST_WAIT = timedelta(hours=24)
# Of what else is due to an address where nobody answers.
LONGEST_PAUSE = timedelta(hours=1)
GONE = 410


def deliver_due(endpoint_id: int, *, fetcher: Fetcher | None = None) -> int:
    """Send what is due to one address, the oldest first; return how many it received.

    Must not be called inside a transaction: an attempt is durable before it is made.
    """
    fetcher = fetcher or Fetcher()
    ends_at = time.monotonic() + TURN_SECONDS
    received = 0
    with scopes_disabled():
        endpoint = WebhookEndpoint.objects.filter(pk=endpoint_id).first()
    if endpoint is None:
        return 0
    with scope(organisation=[endpoint.organisation_id]):
        while time.monotonic() < ends_at:
            endpoint.refresh_from_db()
            if endpoint.disabled_at is not None or endpoint.removed_at is not None:
                break
            delivery = _claim(endpoint)
            if delivery is None:
                break
            answered, was_received = _attempt(endpoint, delivery, fetcher)
            received += was_received
            if not answered:
                break
    return received


def due_endpoints() -> list[int]:
    """The addresses that have something to be told now."""
    with scopes_disabled():
        return sorted(set(_due().values_list("endpoint_id", flat=True)))


def _due() -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(
        state=DeliveryState.PENDING,
        next_attempt_at__lte=timezone.now(),
        endpoint__disabled_at__isnull=True,
        endpoint__removed_at__isnull=True,
    )


def _claim(endpoint: WebhookEndpoint) -> WebhookDelivery | None:
    with transaction.atomic(durable=True):
        # Of the delivery alone: its address is locked by whoever disables it.
        due = _due().filter(endpoint=endpoint).order_by("created_at", "pk")
        delivery = due.select_for_update(skip_locked=True, of=("self",)).first()
        if delivery is None:
            return None
        delivery.attempts += 1
        delivery.next_attempt_at = timezone.now() + ATTEMPT_LIMIT
        delivery.save(update_fields=["attempts", "next_attempt_at"])
    return delivery


def _attempt(
    endpoint: WebhookEndpoint, delivery: WebhookDelivery, fetcher: Fetcher
) -> tuple[bool, bool]:
    """Make one attempt; whether somebody answered, and whether it was received."""
    body = delivery.body.encode()
    try:
        headers = signing.headers(
            secrets_of(endpoint),
            message_id=delivery.message_id,
            timestamp=int(timezone.now().timestamp()),
            body=body,
        )
        reply = fetcher.post(endpoint.url, body=body, headers=headers)
    except (UnreachableError, ForbiddenAddressError, UnsealError, ValueError) as error:
        what = str(error) if not isinstance(error, UnsealError) else "the secret cannot be read"
        _failed(endpoint, delivery, status=None, error=what, wait=None)
        return False, False
    if 200 <= reply.status < 300:
        _received(endpoint, delivery, reply.status)
        return True, True
    wait = timedelta(seconds=reply.retry_after) if reply.retry_after else None
    if reply.status == GONE:
        # By the convention: the receiver wants nothing more.
        _failed(endpoint, delivery, status=reply.status, error="HTTP 410", wait=wait, gone=True)
    else:
        what = f"HTTP {reply.status}"
        _failed(endpoint, delivery, status=reply.status, error=what, wait=wait)
    return True, False


def secrets_of(endpoint: WebhookEndpoint) -> list[str]:
    """The secrets that sign now: the current one, and the former one for a day after a rotation."""
    sealed = [endpoint.sealed_secret]
    if endpoint.previous_until is not None and endpoint.previous_until > timezone.now():
        sealed.append(endpoint.previous_sealed_secret)
    return [unseal(text, purpose=SEALING_PURPOSE) for text in sealed]


def _received(endpoint: WebhookEndpoint, delivery: WebhookDelivery, status: int) -> None:
    now = timezone.now()
    with transaction.atomic():
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=None)
        WebhookDelivery.objects.filter(pk=delivery.pk, state=DeliveryState.PENDING).update(
            state=DeliveryState.DELIVERED, last_status=status, last_error="", settled_at=now
        )


@transaction.atomic
def _failed(
    endpoint: WebhookEndpoint,
    delivery: WebhookDelivery,
    *,
    status: int | None,
    error: str,
    wait: timedelta | None,
    gone: bool = False,
) -> None:
    now = timezone.now()
    locked = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    since = locked.failing_since or now
    if locked.failing_since is None:
        locked.failing_since = since
        locked.save(update_fields=["failing_since"])
    delay = DELAYS[min(delivery.attempts, len(DELAYS)) - 1]
    is_last = delivery.attempts > len(DELAYS) or now - delivery.created_at > GIVE_UP_AFTER
    changes: dict[str, object] = {"last_status": status, "last_error": error[:300]}
    if is_last or gone:
        changes |= {"state": DeliveryState.GIVEN_UP, "settled_at": now}
    else:
        changes["next_attempt_at"] = now + max(delay, min(wait or delay, LONGEST_WAIT))
    WebhookDelivery.objects.filter(pk=delivery.pk, state=DeliveryState.PENDING).update(**changes)
    if gone or (is_last and now - since >= GIVE_UP_AFTER - timedelta(hours=1)):
        _disable(locked, now)
    elif status is None:
        # Nobody answers there: the others that are due wait too, or each would wait for an answer.
        pause = min(delay, LONGEST_PAUSE)
        _due().filter(endpoint=locked).update(next_attempt_at=now + pause)


def _disable(endpoint: WebhookEndpoint, now: datetime) -> None:
    """Stop telling an address, and tell the coordinators; what still waits is given up."""
    endpoint.disabled_at = now
    endpoint.save(update_fields=["disabled_at"])
    endpoint.deliveries.filter(state=DeliveryState.PENDING).update(
        state=DeliveryState.GIVEN_UP, settled_at=now
    )
    record(
        action="feedback.webhook_disabled",
        actor_id=None,
        subject=endpoint,
        organisation_id=endpoint.organisation_id,
    )
    logger.warning("webhook disabled", extra={"endpoint": endpoint.pk})
    mandates = Mandate.objects.filter(
        organisation=endpoint.organisation_id, state=MandateState.CONFIRMED, person__is_active=True
    ).select_related("person", "organisation")
    for mandate in mandates.order_by("pk"):
        try:
            queue_mail(
                to=mandate.person.email,
                template="feedback/mail/webhook_disabled",
                context={
                    "organisation": mandate.organisation.name,
                    "address": endpoint.url,
                    "since": endpoint.failing_since,
                    "operator_name": settings.OPERATOR_NAME,
                    "url": absolute(reverse("feedback:webhook", args=[endpoint.pk])),
                },
                language=mandate.person.language,
                key=f"webhook-disabled:{endpoint.pk}:{int(now.timestamp())}:{mandate.pk}",
                organisation_id=mandate.organisation_id,
            )
        except Refusal:
            # An address that is none must not keep the others from being told.
            logger.warning("no valid address", extra={"mandate": mandate.pk})
