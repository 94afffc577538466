"""Reads of editions and registrations, and who may see which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef

from parvis.accounts.enums import RoleKind
from parvis.editions.enums import RegistrationState
from parvis.organisations.enums import MandateState
from parvis.organisations.models import Mandate

if TYPE_CHECKING:
    from parvis.accounts.hats import Hat


class EditionQuerySet(models.QuerySet["Edition"]):
    def open_to_the_public(self) -> EditionQuerySet:
        return self.filter(opened_at__isnull=False)

    def visible_to(self, hat: Hat | None) -> EditionQuerySet:
        """Drafts are the operator's only."""
        if hat is not None and hat.kind == RoleKind.OPERATOR:
            return self
        return self.open_to_the_public()


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def visible_to(self, hat: Hat) -> RegistrationQuerySet:
        if hat.kind == RoleKind.OPERATOR:
            return self
        if hat.kind == RoleKind.COORDINATOR:
            return self.filter(organisation=hat.organisation_id)
        return self.none()

    def taking_part(self) -> RegistrationQuerySet:
        return self.filter(state=RegistrationState.SUBMITTED)

    def entitled(self) -> RegistrationQuerySet:
        """Taking part, and somebody confirmed may act for the body: contacts may be made."""
        confirmed = Mandate.objects.filter(
            organisation=OuterRef("organisation"), state=MandateState.CONFIRMED
        )
        return self.taking_part().filter(Exists(confirmed))
