"""Addresses of wall screens: made, shown once, revoked."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.feedback.models import WallLink
from parvis.feedback.secret_hash import secret_hash
from parvis.foundation.errors import Conflict, Refusal
from parvis.journal.operations import record
from parvis.organisations.models import Site

MAX_LINKS = 50


@transaction.atomic
def create_wall_link(
    *, organisation_id: int, name: str, site: Site | None, by: Person
) -> tuple[WallLink, str]:
    """A new address and its secret, which nothing shows again afterwards."""
    name = " ".join(name.replace("\x00", "").split())
    if not name:
        raise Refusal(_("Donnez un nom à l’écran : vous saurez lequel révoquer."), field="name")
    if len(name) > 60:
        raise Refusal(_("Le nom dépasse 60 caractères."), field="name")
    if site is not None and site.organisation_id != organisation_id:
        raise Refusal(_("Choisissez un lieu de la liste."), field="site")
    if WallLink.objects.active().filter(organisation=organisation_id).count() >= MAX_LINKS:
        raise Refusal(_("Révoquez d’abord une adresse qui ne sert plus : cinquante suffisent."))
    secret = secrets.token_urlsafe(24)
    link = WallLink.objects.create(
        organisation_id=organisation_id,
        name=name,
        site=site,
        secret_hash=secret_hash(secret),
        created_by=by,
    )
    record(
        action="feedback_wall.created",
        actor_id=by.pk,
        subject=link,
        organisation_id=organisation_id,
    )
    return link, secret


@transaction.atomic
def revoke_wall_link(*, link: WallLink, by: Person) -> WallLink:
    """Stop an address at once. Raises `Conflict` when it is stopped already."""
    locked = WallLink.objects.select_for_update().get(pk=link.pk)
    if locked.revoked_at is not None:
        raise Conflict(_("Cette adresse est déjà révoquée."))
    locked.revoked_at = timezone.now()
    locked.save(update_fields=["revoked_at"])
    record(
        action="feedback_wall.revoked",
        actor_id=by.pk,
        subject=locked,
        organisation_id=locked.organisation_id,
    )
    return locked
