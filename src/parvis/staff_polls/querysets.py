"""Rows of this room a hat may see."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat


class OfABodyQuerySet(models.QuerySet[Any]):
    def visible_to(self, hat: Hat) -> Self:
        """Those of the body a coordinator acts for; nobody else sees a body's own polls."""
        if hat.kind == RoleKind.COORDINATOR and hat.is_effective:
            return self.filter(organisation=hat.organisation_id)
        return self.none()
