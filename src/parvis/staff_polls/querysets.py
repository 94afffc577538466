"""Rows of this room a hat may see, and those that a task looks for."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.staff_polls.enums import PollState


class OfABodyQuerySet(models.QuerySet[Any]):
    def visible_to(self, hat: Hat) -> Self:
        """Those of the body a coordinator acts for; nobody else sees a body's own polls."""
        if hat.kind == RoleKind.COORDINATOR and hat.is_effective:
            return self.filter(organisation=hat.organisation_id)
        return self.none()


class StaffPollQuerySet(OfABodyQuerySet):
    def open(self) -> Self:
        return self.filter(state=PollState.OPEN)

    def due_to_close(self, now: datetime) -> Self:
        return self.open().filter(closes_at__lte=now)
