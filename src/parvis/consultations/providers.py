"""Hats of those whom coordinators let work on a consultation."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django_scopes import scopes_disabled

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.accounts.models import Person
from parvis.consultations.models import TeamMember
from parvis.organisations.models import Organisation


def team_hats(person: Person) -> Iterator[Hat]:
    """One hat for each body in whose teams the person is; its consultations are only theirs."""
    # What a person is a member of is read before any hat, hence any scope, is known.
    with scopes_disabled():
        bodies = list(
            Organisation.objects.filter(
                pk__in=TeamMember.objects.filter(person=person).values("organisation")
            ).order_by("name", "pk")
        )
    for body in bodies:
        yield Hat(
            key=f"consultation-team:{body.pk}",
            kind=RoleKind.CONSULTATION_TEAM,
            person_id=person.pk,
            label=body.name,
            organisation_id=body.pk,
            organisations=partial(list, (body.pk,)),
            is_simulated=body.is_simulated,
        )
