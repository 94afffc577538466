"""Reads of the directory, and who may see which mandate and site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from parvis.organisations.enums import MandateState

if TYPE_CHECKING:
    from parvis.accounts.hats import Hat
    from parvis.accounts.models import Person


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def current(self) -> OrganisationQuerySet:
        return self.filter(ended_year__isnull=True)

    def real(self) -> OrganisationQuerySet:
        return self.filter(is_simulated=False)


class SiteQuerySet(models.QuerySet["Site"]):
    def visible_to(self, hat: Hat) -> SiteQuerySet:
        if hat.organisations is None:
            return self
        return self.filter(organisation__in=list(hat.organisations()))

    def open(self) -> SiteQuerySet:
        return self.filter(closed_at__isnull=True)


class MandateQuerySet(models.QuerySet["Mandate"]):
    def confirmed(self) -> MandateQuerySet:
        return self.filter(state=MandateState.CONFIRMED)

    def of(self, person: Person) -> MandateQuerySet:
        return self.filter(person=person)
