"""Alerts and wall screens: figures of a place, and who looked after them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django_scopes import scopes_disabled

from parvis.feedback.enums import AlertState
from parvis.feedback.models import Alert, AlertComment
from parvis.foundation.personal_data import Controller, declare, not_personal

NOTES_KEPT = timedelta(days=3 * 365)


def empty_old_reasons(now: datetime, dry_run: bool) -> int:
    """Forget why old alerts were closed: people write names there in spite of what they read."""
    with scopes_disabled():
        due = Alert.objects.filter(state=AlertState.CLOSED, closed_at__lt=now - NOTES_KEPT).exclude(
            reason=""
        )
        return due.count() if dry_run else due.update(reason="")


def drop_old_notes(now: datetime, dry_run: bool) -> int:
    """Delete the notes of old alerts."""
    with scopes_disabled():
        due = AlertComment.objects.filter(written_at__lt=now - NOTES_KEPT)
        return due.count() if dry_run else due.delete()[0]


not_personal(
    "feedback.TouchpointWatch", "reference_volumes", because="numbers of answers of a place"
)
not_personal("feedback.Alert", "details", because="figures of a place and numbers of its kiosks")
declare(
    "feedback.Alert",
    "acknowledged_by",
    "closed_by",
    purpose=_("savoir qui s’occupe d’une alerte"),
    controller=Controller.ORGANISATION,
    retention=_("aussi longtemps que les réponses du point d’écoute"),
)
declare(
    "feedback.Alert",
    "reason",
    purpose=_("savoir ce qui a été fait d’une alerte"),
    controller=Controller.ORGANISATION,
    retention=NOTES_KEPT,
    purge=empty_old_reasons,
)
declare(
    "feedback.AlertComment",
    "author",
    "text",
    purpose=_("se souvenir de ce qui a été cherché et fait"),
    controller=Controller.ORGANISATION,
    retention=NOTES_KEPT,
    purge=drop_old_notes,
)
not_personal(
    "feedback.ClosedPeriod", "levels", "excluded", because="figures of at least 30 answers"
)
not_personal("feedback.WallLink", "name", "secret_hash", because="a screen, its secret hashed")
declare(
    "feedback.WallLink",
    "created_by",
    purpose=_("savoir qui a ouvert l’adresse d’un écran"),
    controller=Controller.ORGANISATION,
    retention=_("aussi longtemps que l’adresse"),
)
