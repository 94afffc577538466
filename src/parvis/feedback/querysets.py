"""Rows of this room a hat may see; what is open, active, or waits for somebody."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.feedback.enums import CommentState, DeviceKind


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


class ExchangeQuerySet(_OfABody):
    """Exports, open data, keys and webhooks of a body."""
