"""Reads of contacts and evidence, and who may see which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from parvis.accounts.enums import RoleKind
from parvis.mystery_audits.enums import SCORED_STATES

if TYPE_CHECKING:
    from parvis.accounts.hats import Hat


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, hat: Hat) -> ContactQuerySet:
        """A mystery citizen sees their own contacts; operator and reviewer see all.

        A coordinator reads contacts through `results`, once they are published and without who
        tested.
        """
        if hat.kind in {RoleKind.OPERATOR, RoleKind.REVIEWER}:
            return self
        if hat.kind == RoleKind.MYSTERY_CITIZEN:
            return self.filter(mystery_citizen__person=hat.person_id)
        return self.none()

    def scored(self) -> ContactQuerySet:
        return self.filter(state__in=SCORED_STATES)


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, hat: Hat) -> EvidenceQuerySet:
        if hat.kind in {RoleKind.OPERATOR, RoleKind.REVIEWER}:
            return self
        if hat.kind == RoleKind.MYSTERY_CITIZEN:
            return self.filter(contact__mystery_citizen__person=hat.person_id)
        return self.none()
