"""Opening, taking up, commenting and closing an alert."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.feedback.alert_wording import alert_sentences
from parvis.feedback.enums import AlertKind, AlertState
from parvis.feedback.exchange_enums import WebhookEvent
from parvis.feedback.models import Alert, AlertComment, Device, Touchpoint, TouchpointWatch
from parvis.feedback.permissions.boards import may_acknowledge, may_close
from parvis.feedback.webhooks import announce
from parvis.foundation.addresses import absolute
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.mail import queue_mail
from parvis.foundation.permissions import Denied
from parvis.journal.operations import record
from parvis.organisations.enums import MandateState
from parvis.organisations.models import Mandate

MAX_NOTE_CHARACTERS = 1000
MAX_REASON_CHARACTERS = 500


@transaction.atomic
def open_alert(
    *,
    touchpoint: Touchpoint,
    kind: AlertKind,
    details: dict[str, Any],
    device: Device | None = None,
) -> Alert | None:
    """Open an alert and tell the body's coordinators by mail; None when one is open already.

    Two that see the same thing at once open one alert: the database refuses the second.
    """
    try:
        with transaction.atomic():
            alert = Alert.objects.create(
                organisation_id=touchpoint.organisation_id,
                touchpoint=touchpoint,
                kind=kind,
                details=details,
                device=device,
            )
    except IntegrityError:
        return None
    record(
        action="feedback_alert.opened",
        actor_id=None,
        subject=alert,
        organisation_id=alert.organisation_id,
        kind=str(kind),
        touchpoint=touchpoint.pk,
    )
    _tell_coordinators(alert)
    announce(
        alert.organisation_id,
        WebhookEvent.ALERT_OPENED,
        {
            "alert": alert.pk,
            "kind": str(kind),
            "touchpoint": touchpoint.code,
            "device": device.name if device else None,
            "opened_at": alert.opened_at.isoformat(timespec="seconds"),
        },
        key=f"alert:{alert.pk}",
    )
    return alert


def _tell_coordinators(alert: Alert) -> None:
    """One mail for each confirmed coordinator; the key keeps it from being sent twice."""
    mandates = (
        Mandate.objects.filter(
            organisation=alert.organisation_id,
            state=MandateState.CONFIRMED,
            person__is_active=True,
        )
        .select_related("person", "organisation")
        .order_by("pk")
    )
    for mandate in mandates:
        with translation.override(mandate.person.language):
            sentences = alert_sentences(alert)
            kind = str(AlertKind(alert.kind).label)
        try:
            queue_mail(
                to=mandate.person.email,
                template="feedback/mail/alert",
                context={
                    "organisation": mandate.organisation.name,
                    "touchpoint": alert.touchpoint.name,
                    "kind": kind,
                    "sentences": sentences,
                    "url": absolute(reverse("feedback:alert", args=[alert.pk])),
                },
                language=mandate.person.language,
                key=f"feedback-alert:{alert.pk}:{mandate.pk}",
                organisation_id=alert.organisation_id,
            )
        except Refusal:
            # An address that is none must not keep the others from being told.
            continue


@transaction.atomic
def acknowledge(*, alert: Alert, by: Person) -> Alert:
    """Say that somebody is on it. Raises `Conflict` when somebody already is, or it is closed."""
    locked = _locked(alert)
    decision = may_acknowledge(by, locked)
    if isinstance(decision, Denied):
        raise Conflict(decision.reason)
    locked.state = AlertState.ACKNOWLEDGED
    locked.acknowledged_at = timezone.now()
    locked.acknowledged_by = by
    locked.save(update_fields=["state", "acknowledged_at", "acknowledged_by"])
    _record(locked, "acknowledged", by)
    return locked


@transaction.atomic
def comment(*, alert: Alert, text: str, by: Person) -> AlertComment:
    """Leave a note, on a closed alert too. Raises `Refusal` when it is empty or too long."""
    text = text.replace("\x00", "").strip()
    if not text:
        raise Refusal(_("Écrivez votre note."), field="text")
    if len(text) > MAX_NOTE_CHARACTERS:
        raise Refusal(
            _("La note dépasse %(most)d caractères.") % {"most": MAX_NOTE_CHARACTERS}, field="text"
        )
    note = AlertComment.objects.create(alert=alert, author=by, text=text)
    _record(alert, "commented", by)
    return note


@transaction.atomic
def close(*, alert: Alert, reason: str, by: Person, new_reference: bool = False) -> Alert:
    """Close an alert with its reason.

    After a drop, the watch starts again tomorrow from zero: against the same reference, or, with
    `new_reference`, against the level of the last weeks, which is then learned afresh. Raises
    `Refusal` without a reason, `Conflict` when it is closed already.
    """
    reason = reason.replace("\x00", "").strip()
    if not reason:
        raise Refusal(_("Indiquez le motif : il reste avec l’alerte."), field="reason")
    if len(reason) > MAX_REASON_CHARACTERS:
        raise Refusal(
            _("Le motif dépasse %(most)d caractères.") % {"most": MAX_REASON_CHARACTERS},
            field="reason",
        )
    if alert.kind == AlertKind.DROP:
        # The watch first, as the daily computation does: it opens an alert while it holds it.
        list(TouchpointWatch.objects.select_for_update().filter(touchpoint=alert.touchpoint_id))
    locked = _locked(alert)
    decision = may_close(by, locked)
    if isinstance(decision, Denied):
        raise Conflict(decision.reason)
    _close(locked, reason=reason, by=by)
    if locked.kind == AlertKind.DROP:
        _watch_again(locked, new_reference=new_reference)
    return locked


@transaction.atomic
def close_by_itself(*, alert: Alert) -> bool:
    """Close an alert whose cause has gone (the kiosk was heard of); whether it was still open."""
    locked = _locked(alert)
    if locked.is_closed:
        return False
    _close(locked, reason="", by=None)
    return True


def _close(alert: Alert, *, reason: str, by: Person | None) -> None:
    alert.state = AlertState.CLOSED
    alert.closed_at = timezone.now()
    alert.closed_by = by
    alert.reason = reason
    alert.save(update_fields=["state", "closed_at", "closed_by", "reason"])
    _record(alert, "closed", by)


def _watch_again(alert: Alert, *, new_reference: bool) -> None:
    touchpoint = alert.touchpoint
    tomorrow = local_day(touchpoint) + timedelta(days=1)
    changes: dict[str, Any] = {"watched_from": tomorrow, "computed_until": None, "last_sum": None}
    if new_reference:
        # Emptied: it is learned again from the days since the drop, once they say enough.
        changes |= {
            "reference_share": None,
            "reference_first_day": parse_date(str(alert.details.get("since", ""))),
            "reference_end": None,
            "threshold": None,
        }
    TouchpointWatch.objects.filter(touchpoint=touchpoint).update(**changes)


def local_day(touchpoint: Touchpoint) -> date:
    """Today where the touchpoint is."""
    return timezone.localdate(timezone=touchpoint.zone)


def _locked(alert: Alert) -> Alert:
    return (
        Alert.objects.select_for_update(of=("self",)).select_related("touchpoint").get(pk=alert.pk)
    )


def _record(alert: Alert, what: str, by: Person | None) -> None:
    record(
        action=f"feedback_alert.{what}",
        actor_id=by.pk if by else None,
        subject=alert,
        organisation_id=alert.organisation_id,
    )
