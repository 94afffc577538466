"""Reads of editions and registrations, and who may see which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q

from parvis.accounts.enums import RoleKind
from parvis.editions.enums import RegistrationState
from parvis.organisations.enums import MandateState
from parvis.organisations.models import Mandate

if TYPE_CHECKING:
    from parvis.accounts.hats import Hat
    from parvis.editions.models import Edition, Registration  # noqa: F401 – type parameters


class EditionQuerySet(models.QuerySet["Edition"]):
    def open_to_the_public(self) -> EditionQuerySet:
        return self.filter(opened_at__isnull=False)

    def with_participant_count(self) -> EditionQuerySet:
        """Annotate `participant_count`: the bodies taking part."""
        taking_part = Q(registrations__state=RegistrationState.SUBMITTED)
        return self.annotate(participant_count=Count("registrations", filter=taking_part))

    def visible_to(self, hat: Hat | None) -> EditionQuerySet:
        """Drafts are the operator's only."""
        if hat is not None and hat.kind == RoleKind.OPERATOR:
            return self
        return self.open_to_the_public()


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def visible_to(self, hat: Hat) -> RegistrationQuerySet:
        """All for the operator; for a coordinator those of the body acted for.

        While a mandate waits for its confirmation, only what its holder wrote: anybody may ask to
        act for a body, and must not thereby read what a colleague declared.
        """
        if hat.kind == RoleKind.OPERATOR:
            return self
        if hat.kind == RoleKind.COORDINATOR:
            own = self.filter(organisation=hat.organisation_id)
            return own if hat.is_effective else own.filter(submitted_by=hat.person_id)
        return self.none()

    def taking_part(self) -> RegistrationQuerySet:
        return self.filter(state=RegistrationState.SUBMITTED)

    def with_confirmation(self) -> RegistrationQuerySet:
        """Annotate `is_confirmed`: somebody confirmed may act for the body."""
        return self.annotate(is_confirmed=_confirmed_mandate())

    def entitled(self) -> RegistrationQuerySet:
        """Taking part, and somebody confirmed may act for the body: contacts may be made."""
        return self.taking_part().filter(_confirmed_mandate())


def _confirmed_mandate() -> Exists:
    """Somebody confirmed may act for the body of the registration."""
    return Exists(
        Mandate.objects.filter(organisation=OuterRef("organisation"), state=MandateState.CONFIRMED)
    )
