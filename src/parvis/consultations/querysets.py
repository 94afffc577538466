"""Rows of this room a hat may see, and what the public may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Q

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.consultations.enums import ConsultationState, ContributionState

# Tables a member of the team works on, and how each leads to its consultation. Whatever tells who
# takes part is not among them.
TEAM_PATHS: Mapping[str, str] = {
    "consultation": "pk",
    "phase": "consultation",
    "contribution": "phase__consultation",
    "attachment": "phase__consultation",
    "moderationdecision": "contribution__phase__consultation",
    "report": "contribution__phase__consultation",
    "papersheet": "phase__consultation",
    "officialanswer": "contribution__phase__consultation",
    "milestone": "consultation",
}


class OfABodyQuerySet(models.QuerySet[Any]):
    def visible_to(self, hat: Hat) -> Self:
        """Those of the body a coordinator acts for; of its consultations, for a member of a team.

        What a member may do there, `permissions.members` says.
        """
        if hat.kind == RoleKind.COORDINATOR and hat.is_effective:
            return self.filter(organisation=hat.organisation_id)
        path = TEAM_PATHS.get(str(self.model._meta.model_name))
        if hat.kind == RoleKind.CONSULTATION_TEAM and path:
            member = apps.get_model("consultations", "TeamMember")
            theirs = member.objects.filter(
                person=hat.person_id, organisation=hat.organisation_id
            ).values("consultation")
            return self.filter(**{f"{path}__in": theirs})
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
