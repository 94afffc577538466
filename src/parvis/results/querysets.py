"""Reads of results, and who may see which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from parvis.accounts.enums import RoleKind

if TYPE_CHECKING:
    from parvis.accounts.hats import Hat


class ScoreSheetQuerySet(models.QuerySet["ScoreSheet"]):
    def visible_to(self, hat: Hat) -> ScoreSheetQuerySet:
        """The operator sees every sheet; a confirmed coordinator their body's published ones."""
        if hat.kind == RoleKind.OPERATOR:
            return self
        if hat.kind == RoleKind.COORDINATOR and hat.is_effective:
            return self.filter(
                organisation=hat.organisation_id, run__publication__superseded_at__isnull=True
            ).exclude(run__publication=None)
        return self.none()


class PublicationQuerySet(models.QuerySet["Publication"]):
    def current(self) -> PublicationQuerySet:
        return self.filter(superseded_at__isnull=True)
