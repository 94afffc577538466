"""Rows of this room a hat may see; what is open, active, or waits for somebody."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.feedback.enums import AlertState, CommentState, DeviceKind


class _OfABody(models.QuerySet[Any]):
    def visible_to(self, hat: Hat) -> Self:
        """Those of the body a coordinator acts for; nobody else sees a body's own feedback."""
        if hat.kind == RoleKind.COORDINATOR and hat.is_effective:
            return self.filter(organisation=hat.organisation_id)
        return self.none()


class QuestionnaireQuerySet(_OfABody):
    pass


class TouchpointQuerySet(_OfABody):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def shown_in_detail(self) -> Self:
        """Those where enough people work for a day or an hour not to speak of one of them."""
        from parvis.feedback.models.touchpoints import MINIMUM_STAFFING

        return self.filter(staffing__gte=MINIMUM_STAFFING)

    def shown_by_period(self) -> Self:
        """The others: only periods of at least 30 answers are shown of them."""
        from parvis.feedback.models.touchpoints import MINIMUM_STAFFING

        return self.filter(staffing__lt=MINIMUM_STAFFING)


class SpokenLabelQuerySet(_OfABody):
    pass


class DeviceQuerySet(_OfABody):
    def kiosks(self) -> Self:
        return self.filter(kind=DeviceKind.KIOSK)

    def active(self) -> Self:
        return self.filter(revoked_at__isnull=True)


class CommentQuerySet(_OfABody):
    def to_read(self) -> Self:
        return self.filter(state=CommentState.PENDING)

    def published(self) -> Self:
        return self.filter(state=CommentState.PUBLISHED)


class AlertQuerySet(_OfABody):
    def not_closed(self) -> Self:
        return self.exclude(state=AlertState.CLOSED)


class WallLinkQuerySet(_OfABody):
    def active(self) -> Self:
        return self.filter(revoked_at__isnull=True)
