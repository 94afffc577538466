"""Free texts of citizens, who may have named somebody in spite of what they are told."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django_scopes import scopes_disabled

from parvis.feedback.models import Comment, KeptApart
from parvis.foundation.personal_data import Controller, declare, not_personal

RAW_TEXT_KEPT = timedelta(days=180)
KEPT_APART_KEPT = timedelta(days=365)


def empty_raw_texts(now: datetime, dry_run: bool) -> int:
    """Forget the texts as they were written and what moderators hid; the masked ones stay."""
    with scopes_disabled():
        due = Comment.objects.filter(received_at__lt=now - RAW_TEXT_KEPT).exclude(raw_text="")
        return due.count() if dry_run else due.update(raw_text="", hidden_words=[])


def drop_kept_apart(now: datetime, dry_run: bool) -> int:
    """Forget what was kept apart for inspection, long after anybody could inspect it."""
    with scopes_disabled():
        due = KeptApart.objects.filter(received_at__lt=now - KEPT_APART_KEPT)
        return due.count() if dry_run else due.delete()[0]


declare(
    "feedback.Comment",
    "raw_text",
    purpose=_("relire un commentaire et vérifier que rien de personnel n’y reste"),
    controller=Controller.ORGANISATION,
    retention=RAW_TEXT_KEPT,
    purge=empty_raw_texts,
)
declare(
    "feedback.Comment",
    "hidden_words",
    purpose=_("montrer de nouveau un passage masqué par erreur"),
    controller=Controller.ORGANISATION,
    retention=RAW_TEXT_KEPT,
    purge=empty_raw_texts,
)
declare(
    "feedback.Comment",
    "text",
    "search_text",
    purpose=_("savoir ce que les usagers disent du service, coordonnées et noms masqués"),
    controller=Controller.ORGANISATION,
    retention=_("aussi longtemps que les réponses du point d’écoute"),
)
declare(
    "feedback.Comment",
    "moderated_by",
    purpose=_("savoir qui a relu un commentaire"),
    controller=Controller.ORGANISATION,
    retention=_("aussi longtemps que le commentaire"),
)
not_personal("feedback.Comment", "language", because="the language of a screen, of one answer")
declare(
    "feedback.KeptApart",
    "content",
    purpose=_("ne rien perdre de ce qu’une borne a envoyé et que les comptes ne peuvent placer"),
    controller=Controller.ORGANISATION,
    retention=KEPT_APART_KEPT,
    purge=drop_kept_apart,
)
