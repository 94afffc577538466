"""Reads of contacts and evidence, and who may see which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from parvis.accounts.enums import RoleKind
from parvis.mystery_audits.enums import SCORED_STATES, UNFINISHED_STATES

if TYPE_CHECKING:
    from parvis.accounts.hats import Hat
    from parvis.mystery_audits.models import Contact, Evidence  # noqa: F401


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

    def for_its_page(self) -> ContactQuerySet:
        """With the rows every page of a contact reads."""
        return self.select_related(
            "organisation", "scenario", "site", "mystery_citizen", "wave__edition__grid"
        )

    def scored(self) -> ContactQuerySet:
        """Accepted by a reviewer and not cancelled since: what a scoring run counts."""
        return self.filter(state__in=SCORED_STATES)

    def unfinished(self) -> ContactQuerySet:
        """Neither accepted nor cancelled: what keeps a wave from closing."""
        return self.filter(state__in=UNFINISHED_STATES)


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, hat: Hat) -> EvidenceQuerySet:
        """The tester of the contact, reviewers and the operator; never the body tested."""
        if hat.kind in {RoleKind.OPERATOR, RoleKind.REVIEWER}:
            return self
        if hat.kind == RoleKind.MYSTERY_CITIZEN:
            return self.filter(contact__mystery_citizen__person=hat.person_id)
        return self.none()

    def pieces(self) -> EvidenceQuerySet:
        """Without what came under the number of another piece and awaits inspection."""
        return self.filter(conflicts_with__isnull=True)
