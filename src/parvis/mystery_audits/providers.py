"""Hats of the panel."""

from __future__ import annotations

from collections.abc import Iterator

from django_scopes import scopes_disabled

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.accounts.models import Person
from parvis.mystery_audits.models import Contact, MysteryCitizen


def mystery_citizen_hats(person: Person) -> Iterator[Hat]:
    """One hat while the person is on the panel; its tenancy is the bodies they are to test."""
    citizen = MysteryCitizen.objects.filter(person=person, left_at__isnull=True).first()
    if citizen is None:
        return

    def organisations() -> list[int]:
        with scopes_disabled():
            return list(
                Contact.objects.filter(mystery_citizen=citizen)
                .order_by("organisation")
                .values_list("organisation", flat=True)
                .distinct()
            )

    yield Hat(
        key=f"mystery-citizen:{citizen.pk}",
        kind=RoleKind.MYSTERY_CITIZEN,
        person_id=person.pk,
        label=citizen.code_name,
        organisations=organisations,
    )
