"""Reads of results, and who may see which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F

from parvis.accounts.enums import RoleKind

if TYPE_CHECKING:
    from parvis.accounts.hats import Hat
    from parvis.results.models import (  # noqa: F401  # the type checker reads them in strings
        Publication,
        Run,
        ScoreSheet,
    )


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, hat: Hat) -> RunQuerySet:
        """Runs hold everybody's scores: the operator's only."""
        return self if hat.kind == RoleKind.OPERATOR else self.none()

    def light(self) -> RunQuerySet:
        """Without the two documents, megabytes that no page reads."""
        return self.defer("input_document", "result_document")


class ScoreSheetQuerySet(models.QuerySet["ScoreSheet"]):
    def visible_to(self, hat: Hat) -> ScoreSheetQuerySet:
        """The operator sees every sheet; a confirmed coordinator their body's published ones."""
        if hat.kind == RoleKind.OPERATOR:
            return self
        if hat.kind == RoleKind.COORDINATOR and hat.is_effective:
            return self.filter(
                organisation=hat.organisation_id,
                run__publication__isnull=False,
                run__publication__superseded_at__isnull=True,
            )
        return self.none()

    def for_its_pages(self) -> ScoreSheetQuerySet:
        """With the publication, the edition and the body that every page of results names."""
        return self.select_related(
            "organisation", "run__edition__grid", "run__wave", "run__publication"
        ).defer("run__input_document", "run__result_document", "run__overview")

    def light(self) -> ScoreSheetQuerySet:
        """Without the sheets themselves: what lists read."""
        return self.defer("sheet")

    def latest_first(self) -> ScoreSheetQuerySet:
        return self.order_by(F("run__publication__published_at").desc(), "-pk")


class PublicationQuerySet(models.QuerySet["Publication"]):
    def current(self) -> PublicationQuerySet:
        return self.filter(superseded_at__isnull=True)

    def for_its_pages(self) -> PublicationQuerySet:
        return self.select_related("run", "edition", "wave").defer(
            "run__input_document", "run__result_document", "run__overview"
        )
