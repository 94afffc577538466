"""Bodies, places and mandates for tests, of this room and of those above it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import factory
from django.test import Client
from django.utils import timezone
from factory.django import DjangoModelFactory

from parvis.accounts.enums import RoleKind
from parvis.accounts.models import Person
from parvis.accounts.tests.factories import PersonFactory, sign_in
from parvis.organisations.enums import EpciType, MandateState, OrganisationKind
from parvis.organisations.models import Mandate, Organisation, Site
from parvis.organisations.siren import luhn_digit


def siren_number(number: int) -> str:
    """A SIREN with a right checksum, a different one for each number."""
    body = f"{20_000_000 + number:08d}"
    return body + luhn_digit(body)


class OrganisationFactory(DjangoModelFactory[Organisation]):
    """A commune of 12,000 inhabitants unless a trait says otherwise."""

    class Meta:
        model = Organisation

    class Params:
        commune = factory.Trait(kind=OrganisationKind.COMMUNE)
        epci = factory.Trait(
            kind=OrganisationKind.EPCI,
            epci_type=EpciType.COMMUNITY_OF_COMMUNES,
            insee_code="",
            name=factory.Sequence(lambda n: f"CC du Val n° {n}"),
        )
        departement = factory.Trait(
            kind=OrganisationKind.DEPARTEMENT,
            insee_code=factory.Sequence(lambda n: f"{n % 1000:03d}"),
            name=factory.Sequence(lambda n: f"Département {n}"),
        )
        simulated = factory.Trait(is_simulated=True, insee_code="", siren=None)

    kind = OrganisationKind.COMMUNE
    name = factory.Sequence(lambda n: f"Bourg-l’Essai-{n}")
    insee_code = factory.Sequence(lambda n: f"{n % 100_000:05d}")
    siren = factory.Sequence(siren_number)
    population = 12_000
    departement_code = "69"
    region_code = "84"

    @classmethod
    def _create(cls, model_class: type[Organisation], *args: Any, **kwargs: Any) -> Organisation:
        body = model_class(*args, **kwargs)
        body.index_for_search()
        body.save()
        return body


class SiteFactory(DjangoModelFactory[Site]):
    class Meta:
        model = Site

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda n: f"Mairie annexe n° {n}")
    address = "1, place de la Mairie"
    opening_hours = "Du lundi au vendredi, 9 h – 17 h"


class MandateFactory(DjangoModelFactory[Mandate]):
    """A request waiting for the operator, unless the trait `confirmed` says otherwise."""

    class Meta:
        model = Mandate

    class Params:
        confirmed = factory.Trait(
            state=MandateState.CONFIRMED,
            decided_at=factory.LazyFunction(timezone.now),
            decided_by=factory.SubFactory(PersonFactory),
        )

    person = factory.SubFactory(PersonFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    state = MandateState.REQUESTED
    function = "directrice de l’accueil"
    requested_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=1))


def coordinator_of(organisation: Organisation) -> tuple[Client, Person]:
    """Somebody signed in who coordinates the body, and their browser."""
    person = MandateFactory.create(organisation=organisation, confirmed=True).person
    return sign_in(Client(), person, RoleKind.COORDINATOR), person
