"""Keys of the API and addresses of webhooks: made, changed, taken away."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.feedback.exchange_enums import ApiScope, DeliveryState, WebhookEvent
from parvis.feedback.models import ApiKey, WebhookEndpoint
from parvis.feedback.secret_hash import secret_hash
from parvis.feedback.webhooks import announcing, signing
from parvis.feedback.webhooks.delivering import SEALING_PURPOSE
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.outgoing import read_target
from parvis.foundation.sealing import seal
from parvis.journal.operations import record
from parvis.organisations.models import Organisation

KEY_PREFIX = "parvis_"
MOST_KEYS = 20
MOST_ENDPOINTS = 10
# How long the former secret signs too after a rotation.
ROTATION_OVERLAP = timedelta(hours=24)


@transaction.atomic
def create_api_key(
    *, organisation: Organisation, by: Person, name: str, scopes: Collection[str]
) -> tuple[ApiKey, str]:
    """A new key and its secret, which only its hash will remember."""
    name = " ".join(name.split())
    if not name:
        raise Refusal(_("Donnez un nom à cette clé."), field="name")
    if not scopes or not set(scopes) <= set(ApiScope.values):
        raise Refusal(_("Choisissez ce que cette clé ouvre."), field="scopes")
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    active = ApiKey.objects.filter(organisation=organisation, revoked_at__isnull=True)
    if active.count() >= MOST_KEYS:
        raise Refusal(_("Vingt clés sont déjà ouvertes : révoquez celles qui ne servent plus."))
    if active.filter(name=name).exists():
        raise Conflict(_("Une clé porte déjà ce nom."), field="name")
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        organisation=organisation,
        name=name[:60],
        secret_hash=secret_hash(secret),
        hint=secret[: len(KEY_PREFIX) + 4],
        scopes=sorted(scopes),
        created_by=by,
    )
    record(
        action="feedback.api_key_created",
        actor_id=by.pk,
        subject=key,
        organisation_id=organisation.pk,
        scopes=key.scopes,
    )
    return key, secret


@transaction.atomic
def revoke_api_key(*, key: ApiKey, by: Person) -> None:
    """Close a key at once and for good."""
    changed = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now()
    )
    if not changed:
        raise Conflict(_("Cette clé est déjà révoquée."))
    record(
        action="feedback.api_key_revoked",
        actor_id=by.pk,
        subject=key,
        organisation_id=key.organisation_id,
    )


@transaction.atomic
def add_endpoint(
    *, organisation: Organisation, by: Person, url: str, events: Collection[str]
) -> tuple[WebhookEndpoint, str]:
    """Tell an address from now on; return it with its signing secret, shown once."""
    url = url.strip()
    read_target(url)
    _check_events(events)
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    present = WebhookEndpoint.objects.filter(organisation=organisation, removed_at__isnull=True)
    if present.count() >= MOST_ENDPOINTS:
        raise Refusal(_("Dix adresses sont déjà prévenues : retirez celles qui ne servent plus."))
    if present.filter(url=url).exists():
        raise Conflict(_("Cette adresse est déjà prévenue."), field="url")
    secret = signing.new_secret()
    endpoint = WebhookEndpoint.objects.create(
        organisation=organisation,
        url=url,
        events=sorted(events),
        sealed_secret=seal(secret, purpose=SEALING_PURPOSE),
        created_by=by,
    )
    record(
        action="feedback.webhook_added",
        actor_id=by.pk,
        subject=endpoint,
        organisation_id=organisation.pk,
        events=endpoint.events,
    )
    return endpoint, secret


def _check_events(events: Collection[str]) -> None:
    offered = set(WebhookEvent.values) - {WebhookEvent.TEST.value}
    if not events or not set(events) <= offered:
        raise Refusal(_("Choisissez au moins un évènement."), field="events")


@transaction.atomic
def change_events(*, endpoint: WebhookEndpoint, by: Person, events: Collection[str]) -> None:
    """Change what an address is told of."""
    _check_events(events)
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    endpoint.events = sorted(events)
    endpoint.save(update_fields=["events"])
    _record(endpoint, by, "feedback.webhook_changed", events=endpoint.events)


@transaction.atomic
def rotate_secret(*, endpoint: WebhookEndpoint, by: Person) -> str:
    """Draw another secret and return it; the former one signs too for a day."""
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    secret = signing.new_secret()
    endpoint.previous_sealed_secret = endpoint.sealed_secret
    endpoint.previous_until = timezone.now() + ROTATION_OVERLAP
    endpoint.sealed_secret = seal(secret, purpose=SEALING_PURPOSE)
    endpoint.save(update_fields=["previous_sealed_secret", "previous_until", "sealed_secret"])
    _record(endpoint, by, "feedback.webhook_secret_rotated")
    return secret


@transaction.atomic
def send_test(*, endpoint: WebhookEndpoint, by: Person) -> None:
    """Queue a test message to one address."""
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    if endpoint.disabled_at is not None:
        raise Conflict(_("Cette adresse est à l’arrêt : remettez-la en service d’abord."))
    waiting = endpoint.deliveries.filter(event=WebhookEvent.TEST, state=DeliveryState.PENDING)
    if waiting.exists():
        raise Conflict(_("Un essai est déjà en route vers cette adresse."))
    announcing.queue([endpoint], WebhookEvent.TEST, {"message": "Parvis"})
    _record(endpoint, by, "feedback.webhook_tested")


@transaction.atomic
def enable_endpoint(*, endpoint: WebhookEndpoint, by: Person) -> None:
    """Tell an address again; what was given up meanwhile is not sent."""
    changed = WebhookEndpoint.objects.filter(pk=endpoint.pk, disabled_at__isnull=False).update(
        disabled_at=None, failing_since=None
    )
    if not changed:
        raise Conflict(_("Cette adresse est déjà en service."))
    _record(endpoint, by, "feedback.webhook_enabled")


@transaction.atomic
def remove_endpoint(*, endpoint: WebhookEndpoint, by: Person) -> None:
    """Stop telling an address and forget its secrets; what still waited is given up."""
    now = timezone.now()
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    if endpoint.removed_at is not None:
        raise Conflict(_("Cette adresse est déjà retirée."))
    endpoint.removed_at = now
    endpoint.sealed_secret = endpoint.previous_sealed_secret = ""
    endpoint.previous_until = None
    endpoint.save(
        update_fields=["removed_at", "sealed_secret", "previous_sealed_secret", "previous_until"]
    )
    endpoint.deliveries.filter(state=DeliveryState.PENDING).update(
        state=DeliveryState.GIVEN_UP, settled_at=now
    )
    _record(endpoint, by, "feedback.webhook_removed")


def _record(endpoint: WebhookEndpoint, by: Person, action: str, **details: object) -> None:
    record(
        action=action,
        actor_id=by.pk,
        subject=endpoint,
        organisation_id=endpoint.organisation_id,
        **details,
    )
