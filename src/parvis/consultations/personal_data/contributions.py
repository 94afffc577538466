"""Texts of citizens and what moderators said of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django_scopes import scopes_disabled

from parvis.consultations.enums import ContributionState
from parvis.consultations.models import Contribution
from parvis.consultations.operations.leaving import (
    ERASED_TEXT,
    blank_text,
    erase_text_again,
)
from parvis.foundation.personal_data import Controller, declare, erases, not_personal

DRAFTS_KEPT = timedelta(days=180)


def blank_old_drafts(now: datetime, dry_run: bool) -> int:
    """Blank the drafts that nobody sent in six months: nobody but their author ever read them."""
    with scopes_disabled():
        due = Contribution.objects.filter(
            state=ContributionState.DRAFT, created_at__lt=now - DRAFTS_KEPT
        )
        if dry_run:
            return due.count()
        drafts = list(due)
        for draft in drafts:
            blank_text(draft)
        return len(drafts)


declare(
    "consultations.Contribution",
    "title",
    "text",
    "place",
    "answers",
    "search_text",
    purpose=_("lire, discuter et trancher ce que les habitants proposent ; lieux compris"),
    controller=Controller.ORGANISATION,
    retention=_(
        "aussi longtemps que la consultation ; vidés à la demande de leur auteur, les brouillons "
        "au bout de six mois"
    ),
    purge=blank_old_drafts,
)
not_personal(
    "consultations.Contribution",
    "plain_summary",
    "translations",
    "theme",
    "sector",
    "source",
    because="written or settled by the team, or the name of an imported file",
)
erases(ERASED_TEXT, erase_text_again)
declare(
    "consultations.Attachment",
    "name",
    "description",
    "path",
    purpose=_("montrer l’image ou le document joint à un texte, sans ses métadonnées"),
    controller=Controller.ORGANISATION,
    retention=_("aussi longtemps que le texte qui le porte"),
)
not_personal("consultations.Attachment", "media_type", because="a type of file")
