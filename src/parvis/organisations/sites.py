"""Places of reception: declared by the coordinator of a body, closed rather than deleted.

A closed place keeps its row, because contacts and results refer to it; its name stays taken.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.stale import check_revision
from parvis.journal.operations import record
from parvis.organisations.models import Organisation, Site


@transaction.atomic
def declare_site(
    *, organisation: Organisation, name: str, address: str, opening_hours: str, by: Person
) -> Site:
    """Add a place; raise `Refusal` when one of this name exists or a field is missing."""
    site = Site(organisation=organisation)
    _fill(site, name, address, opening_hours)
    _save(site)
    _record("site.declared", site, by)
    return site


@transaction.atomic
def change_site(
    *, site: Site, name: str, address: str, opening_hours: str, by: Person, revision: int | str
) -> Site:
    """Correct a place; raise `StaleForm` when it changed since `revision`."""
    locked = _locked(site)
    sent = {"name": name, "address": address, "opening_hours": opening_hours}
    check_revision(locked, revision, changes=sent)
    _fill(locked, name, address, opening_hours)
    locked.revision += 1
    _save(locked)
    _record("site.changed", locked, by)
    return locked


@transaction.atomic
def close_site(*, site: Site, by: Person) -> Site:
    """Say that a place no longer receives the public; raise `Conflict` when it is closed."""
    locked = _locked(site)
    if locked.closed_at is not None:
        raise Conflict(_("Ce lieu est déjà fermé."))
    locked.closed_at = timezone.now()
    locked.revision += 1
    locked.save(update_fields=["closed_at", "revision"])
    _record("site.closed", locked, by)
    return locked


@transaction.atomic
def reopen_site(*, site: Site, by: Person) -> Site:
    """Say that a closed place receives the public again; raise `Conflict` when it is open."""
    locked = _locked(site)
    if locked.closed_at is None:
        raise Conflict(_("Ce lieu est déjà ouvert."))
    locked.closed_at = None
    locked.revision += 1
    locked.save(update_fields=["closed_at", "revision"])
    _record("site.reopened", locked, by)
    return locked


def _locked(site: Site) -> Site:
    return Site.objects.select_for_update().get(pk=site.pk)


def _fill(site: Site, name: str, address: str, opening_hours: str) -> None:
    site.name = " ".join(name.split())
    site.address = " ".join(address.split())
    site.opening_hours = " ".join(opening_hours.split())
    if not site.name:
        raise Refusal(_("Indiquez le nom du lieu."), field="name")
    if not site.address:
        raise Refusal(_("Indiquez l’adresse du lieu."), field="address")


def _save(site: Site) -> None:
    try:
        with transaction.atomic():
            site.save()
    except IntegrityError as error:
        raise Conflict(_("Vous avez déjà déclaré un lieu de ce nom."), field="name") from error


def _record(action: str, site: Site, by: Person) -> None:
    record(action=action, actor_id=by.pk, subject=site, organisation_id=site.organisation_id)
