"""Hats of those who act, or ask to act, for a body."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django_scopes import scopes_disabled

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.accounts.models import Person
from parvis.organisations.enums import MandateState
from parvis.organisations.models import Mandate


def coordinator_hats(person: Person) -> Iterator[Hat]:
    """One hat for each mandate asked for or confirmed; it is effective once confirmed."""
    # A person's own mandates are read before any hat, hence any scope, is known.
    with scopes_disabled():
        mandates = list(
            Mandate.objects.of(person)
            .filter(state__in=[MandateState.REQUESTED, MandateState.CONFIRMED])
            .select_related("organisation")
            .order_by("organisation__name", "pk")
        )
    for mandate in mandates:
        number = mandate.organisation_id
        yield Hat(
            key=f"mandate:{mandate.pk}",
            kind=RoleKind.COORDINATOR,
            person_id=person.pk,
            label=mandate.organisation.name,
            organisation_id=number,
            organisations=partial(list, (number,)),
            is_effective=mandate.state == MandateState.CONFIRMED,
            is_simulated=mandate.organisation.is_simulated,
        )
