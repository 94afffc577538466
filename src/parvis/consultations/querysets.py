"""Rows of this room a hat may see, and what the public may."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.consultations.enums import ConsultationState, ContributionState


class OfABodyQuerySet(models.QuerySet[Any]):
    def visible_to(self, hat: Hat) -> Self:
        """Those of the body a coordinator acts for."""
        if hat.kind == RoleKind.COORDINATOR and hat.is_effective:
            return self.filter(organisation=hat.organisation_id)
        return self.none()


class ConsultationQuerySet(OfABodyQuerySet):
    def public(self) -> Self:
        """Those anybody may open."""
        return self.exclude(state=ConsultationState.DRAFT)


class ContributionQuerySet(OfABodyQuerySet):
    def public(self) -> Self:
        """What anybody may read: what became of a merged or split idea stays readable too."""
        return self.filter(
            Q(state=ContributionState.PUBLISHED)
            | Q(state__in=[ContributionState.MERGED, ContributionState.SPLIT])
        )

    def published(self) -> Self:
        """What may be voted on."""
        return self.filter(state=ContributionState.PUBLISHED)
