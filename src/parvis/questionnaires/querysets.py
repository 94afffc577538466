"""Reads of grids, and who may see which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from parvis.accounts.enums import RoleKind

if TYPE_CHECKING:
    from parvis.accounts.hats import Hat
    from parvis.questionnaires.models import Grid  # noqa: F401 – a type parameter


class GridQuerySet(models.QuerySet["Grid"]):
    def visible_to(self, hat: Hat | None) -> GridQuerySet:
        """A grid that no edition has published yet is the operator's only."""
        if hat is not None and hat.kind == RoleKind.OPERATOR:
            return self
        return self.filter(first_used_at__isnull=False)
