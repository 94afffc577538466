"""Reads of measures, and who may see which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from parvis.accounts.enums import RoleKind

if TYPE_CHECKING:
    from parvis.accounts.hats import Hat
    from parvis.measures.models import Measure  # noqa: F401  # read by the type checker in a string


class MeasureQuerySet(models.QuerySet["Measure"]):
    def visible_to(self, hat: Hat) -> MeasureQuerySet:
        """All for the operator; for a confirmed coordinator those of the body acted for."""
        if hat.kind == RoleKind.OPERATOR:
            return self
        if hat.kind == RoleKind.COORDINATOR and hat.is_effective:
            return self.filter(organisation=hat.organisation_id)
        return self.none()

    def of_source(self, source: str, reference: str) -> MeasureQuerySet:
        """What one publication of one instrument wrote."""
        return self.filter(source=source, source_reference=reference)
