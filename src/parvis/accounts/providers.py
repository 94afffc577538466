"""Hats of the operator's own staff."""

from __future__ import annotations

from collections.abc import Iterator

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.accounts.models import Person, Role


def staff_hats(person: Person) -> Iterator[Hat]:
    """One hat for each role in force of the person."""
    for role in Role.objects.filter(person=person, ended_at__isnull=True).order_by("kind"):
        kind = RoleKind(role.kind)
        yield Hat(key=f"role:{role.pk}", kind=kind, person_id=person.pk, label=str(kind.label))
