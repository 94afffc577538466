"""Reads of the directory, and who may see which mandate and site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, F, Q, TextField, Value, When
from django.db.models.functions import Concat

from parvis.accounts.enums import RoleKind
from parvis.organisations import lookups as lookups  # registers has_words
from parvis.organisations.enums import MandateState
from parvis.organisations.search_words import question_of

if TYPE_CHECKING:
    from parvis.accounts.hats import Hat
    from parvis.accounts.models import Person
    from parvis.organisations.models import (  # noqa: F401 – type parameters
        Mandate,
        Organisation,
        Site,
    )


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def current(self) -> OrganisationQuerySet:
        return self.filter(ended_year__isnull=True, successor__isnull=True)

    def real(self) -> OrganisationQuerySet:
        return self.filter(is_simulated=False)

    def search(
        self, text: str, *, simulated: bool = False, ended: bool = False
    ) -> OrganisationQuerySet:
        """Bodies found by the beginnings of their words, or by a postal, INSEE or SIREN code.

        Best first: exactly this name or code, then names that begin so, then the others; the most
        populous first. A merged commune's name and code find its successor; `ended` also shows the
        merged commune itself. `simulated` looks among the fictitious bodies instead.
        """
        question = question_of(text)
        if not question:
            return self.none()
        found: Any = self.filter(is_simulated=simulated, search_text__has_words=question.words)
        if question.kind is not None:
            found = found.filter(kind=question.kind)
        if not ended:
            found = found.current()
        exact = Q(search_name__in=question.names) | Q(insee_code=question.names[0].upper())
        begins = Q()
        for name in question.names:
            begins |= Q(search_name__startswith=name)
        if question.is_code:
            # A whole code comes before the longer ones that begin like it.
            spaced = Concat(Value(" "), "search_text", Value(" "), output_field=TextField())
            found = found.alias(spaced=spaced)
            begins |= Q(spaced__contains=f" {question.words[0]} ")
        best_first: OrganisationQuerySet = found.order_by(
            Case(When(exact, then=0), When(begins, then=1), default=2),
            F("population").desc(nulls_last=True),
            "kind",
            "name",
            "pk",
        )
        return best_first


class SiteQuerySet(models.QuerySet["Site"]):
    def visible_to(self, hat: Hat) -> SiteQuerySet:
        """All for the operator; for others the places of the bodies their hat is about.

        While a mandate waits, none: anybody may ask to act for a body, and must not thereby read
        what its coordinators, or others who ask, declared.
        """
        if hat.organisations is None:
            return self
        if not hat.is_effective:
            return self.none()
        return self.filter(organisation__in=list(hat.organisations()))

    def open(self) -> SiteQuerySet:
        return self.filter(closed_at__isnull=True)


class MandateQuerySet(models.QuerySet["Mandate"]):
    def visible_to(self, hat: Hat) -> MandateQuerySet:
        """All of them for the operator; for anybody else, their own for the body they act for."""
        if hat.kind == RoleKind.OPERATOR:
            return self
        if hat.organisation_id is None:
            return self.none()
        return self.filter(person_id=hat.person_id, organisation_id=hat.organisation_id)

    def requested(self) -> MandateQuerySet:
        return self.filter(state=MandateState.REQUESTED)

    def confirmed(self) -> MandateQuerySet:
        return self.filter(state=MandateState.CONFIRMED)

    def of(self, person: Person) -> MandateQuerySet:
        return self.filter(person=person)
