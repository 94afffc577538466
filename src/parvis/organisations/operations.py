"""What happens to the directory as a whole: loading it, adding bodies it does not list.

What happens to a mandate is in `mandates.py`, to a place of reception in `sites.py`; other rooms
find all of it here.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.foundation.errors import Conflict, Refusal
from parvis.journal.operations import record
from parvis.organisations import loading
from parvis.organisations.enums import OrganisationKind
from parvis.organisations.geography import read_geography, shipped_file, shipped_years
from parvis.organisations.loading import DirectoryChanges
from parvis.organisations.mandates import (
    confirm_mandate,
    end_mandate,
    end_mandates_of,
    refuse_mandate,
    request_mandate,
)
from parvis.organisations.models import Organisation
from parvis.organisations.siren import parse_siren
from parvis.organisations.sites import change_site, close_site, declare_site, reopen_site

__all__ = [
    "LISTED_KINDS",
    "AlreadyListed",
    "change_site",
    "close_site",
    "confirm_mandate",
    "create_simulated_bodies",
    "declare_site",
    "end_mandate",
    "end_mandates_of",
    "load_directory",
    "refuse_mandate",
    "register_other_body",
    "reopen_site",
    "request_mandate",
]

# Kinds the official geography lists in full: nobody adds one by hand.
LISTED_KINDS = frozenset(
    {
        OrganisationKind.COMMUNE,
        OrganisationKind.EPCI,
        OrganisationKind.DEPARTEMENT,
        OrganisationKind.REGION,
    }
)


NAME_LENGTH = 200


class AlreadyListed(Conflict):
    """The body is in the directory: `organisation` is the one to use."""

    def __init__(self, organisation: Organisation) -> None:
        super().__init__(
            _("Cet organisme est déjà dans l’annuaire : %(name)s.") % {"name": organisation.name},
            field="siren",
        )
        self.organisation = organisation


def load_directory(
    *, by: Person | None, year: int | None = None, file: Path | None = None
) -> DirectoryChanges:
    """Load a geography: `file`, or that of `year`, or the newest shipped; return what changed.

    `by` is None when the software does it itself (a command). Raises `Refusal` when the file is
    missing or wrong, `Conflict` when a newer year is loaded; nothing is then changed.
    """
    path = file or shipped_file(year or shipped_years()[-1])
    return loading.load(read_geography(path), by=by)


@transaction.atomic
def register_other_body(
    *, siren: str, kind: OrganisationKind, name: str, departement_code: str, by: Person
) -> Organisation:
    """Add to the directory a body the official geography does not list.

    Raises `Refusal` naming the field that is wrong, `AlreadyListed` with the body that bears this
    SIREN.
    """
    number = parse_siren(siren)
    if kind in LISTED_KINDS:
        raise Refusal(
            _(
                "Les communes, intercommunalités, départements et régions sont déjà dans "
                "l’annuaire : cherchez-les par leur nom."
            ),
            field="kind",
        )
    name = " ".join(name.split())
    if not name:
        raise Refusal(_("Indiquez le nom de l’organisme."), field="name")
    if len(name) > NAME_LENGTH:
        raise Refusal(_("Le nom de l’organisme dépasse 200 caractères."), field="name")
    home = (
        Organisation.objects.real()
        .current()
        .filter(departement_code=departement_code)
        .exclude(departement_code="")
        .order_by("pk")
        .first()
    )
    if departement_code and home is None:
        raise Refusal(_("Ce département n’existe pas."), field="departement_code")
    existing = Organisation.objects.real().filter(siren=number).order_by("pk").first()
    if existing is not None:
        raise AlreadyListed(existing)
    body = Organisation(
        kind=kind,
        name=name,
        siren=number,
        departement_code=departement_code,
        region_code=home.region_code if home else "",
    )
    body.index_for_search()
    try:
        with transaction.atomic():
            body.save(force_insert=True)
    except IntegrityError as error:  # registered at the same moment from another window
        raise AlreadyListed(Organisation.objects.real().filter(siren=number)[0]) from error
    record(
        action="organisation.registered",
        actor_id=by.pk,
        subject=body,
        organisation_id=body.pk,
        kind=kind,
        siren=number,
    )
    return body


@transaction.atomic
def create_simulated_bodies(bodies: Iterable[Organisation]) -> list[Organisation]:
    """Save the fictitious bodies of a demonstration, so that a search among them finds them."""
    simulated = list(bodies)
    for body in simulated:
        body.is_simulated = True
        body.index_for_search()
    return Organisation.objects.bulk_create(simulated, batch_size=1_000)
