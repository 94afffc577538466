"""How each field of a contact's form travels as text, whichever way it is saved.

The same texts serve the whole form sent by a button, one field sent by the page's script, and
what the page shows: a moment is `2026-03-02T14:06` in the body's time zone, a box is `1` or empty.
With its value a field sends what it started from, its *base*: the revision of an answer, or the
former text of a field of the contact itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.foundation.errors import Refusal
from parvis.foundation.forms import FIRST_YEAR, LAST_YEAR
from parvis.mystery_audits.models import Contact
from parvis.mystery_audits.operations import fieldwork
from parvis.mystery_audits.questions import (
    COMMENT,
    EVENTS,
    NO_ANSWER,
    entered_criterion,
    value_label,
    zone_of,
)

# A device may be a century out (a dead battery), not more.
MAX_OFFSET_MS = 100 * 366 * 24 * 3600 * 1000
MOMENT_FORMAT = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is stored after a save, as the page writes it."""

    field: str
    value: str
    base: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """Two versions of one field, as text and in words, and the base to start again from."""

    field: str
    stored: str
    stored_label: str
    submitted: str
    submitted_label: str
    base: str


def moment_text(moment: datetime | None, zone: str) -> str:
    return "" if moment is None else moment.astimezone(ZoneInfo(zone)).strftime(MOMENT_FORMAT)


def read_moment(text: str, zone: str, field: str) -> datetime | None:
    """A moment typed in `zone`, or an instant with its own offset as the page's script sends it."""
    text = text.strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refusal(_("Donnez une date et une heure."), field=field) from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise Refusal(_("Cette année n’est pas plausible."), field=field)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def read_clock(device_at: str, offset_ms: str) -> fieldwork.DeviceClock | None:
    """What the page's script says of the device's clock.

    None where it says nothing, or nothing that can be read: the save matters more.
    """
    try:
        moment, offset = datetime.fromisoformat(device_at), int(offset_ms)
    except ValueError:
        return None
    plausible = moment.tzinfo is not None and FIRST_YEAR <= moment.year <= LAST_YEAR
    if not plausible or abs(offset) > MAX_OFFSET_MS:
        return None
    return fieldwork.DeviceClock(moment, offset / 1000)


def save(
    *,
    contact: Contact,
    field: str,
    value: str,
    base: str,
    by: Person,
    clock: fieldwork.DeviceClock | None = None,
) -> Receipt:
    """Save one field given as text. Raises Refusal, or `StaleField` with both versions."""
    if field in EVENTS:
        return save_events(
            contact=contact, values={field: value}, bases={field: base}, by=by, clock=clock
        )[0]
    if field == NO_ANSWER:
        saved = fieldwork.save_no_answer(
            contact=contact, no_answer=bool(value), base=bool(base), by=by
        )
    elif field == COMMENT:
        saved = fieldwork.save_comment(contact=contact, comment=value, base=base, by=by)
    else:
        saved = fieldwork.save_answer(
            contact=contact,
            criterion=field,
            value=value,
            base_revision=int(base) if base.isascii() and base.isdigit() and len(base) < 9 else 0,
            by=by,
        )
    return _receipt(contact, saved)


def save_events(
    *,
    contact: Contact,
    values: Mapping[str, str],
    bases: Mapping[str, str],
    by: Person,
    clock: fieldwork.DeviceClock | None = None,
) -> list[Receipt]:
    """Save dated events given as text, judged together."""
    zone = zone_of(contact)
    saved = fieldwork.save_events(
        contact=contact,
        changes={field: read_moment(text, zone, field) for field, text in values.items()},
        bases={field: _read_base(text, zone, field) for field, text in bases.items()},
        by=by,
        clock=clock,
    )
    return [_receipt(contact, item) for item in saved]


def _read_base(text: str, zone: str, field: str) -> datetime | None:
    """The moment a save started from; one that cannot be read is not the one stored."""
    try:
        return read_moment(text, zone, field)
    except Refusal:
        return datetime.min.replace(tzinfo=UTC)


def conflict_of(contact: Contact, stale: fieldwork.StaleField) -> FieldConflict:
    """Both versions of a refused save, for the page or its script."""
    field = stale.field
    return FieldConflict(
        field=field,
        stored=_text(contact, stale.stored),
        stored_label=_label(contact, field, stale.stored),
        submitted=_text(contact, stale.submitted),
        submitted_label=_label(contact, field, stale.submitted),
        base=_text(contact, stale.base),
    )


def _receipt(contact: Contact, saved: fieldwork.Saved) -> Receipt:
    return Receipt(
        field=saved.field,
        value=_text(contact, saved.value),
        base=_text(contact, saved.base),
        at=saved.at,
    )


def _text(contact: Contact, value: object) -> str:
    if isinstance(value, datetime):
        return moment_text(value, zone_of(contact))
    if isinstance(value, bool):
        return "1" if value else ""
    return "" if value is None else str(value)


def _label(contact: Contact, field: str, value: object) -> str:
    if field in EVENTS:
        text = _text(contact, value).replace("T", " ")
        return text or _("pas de date")
    if field == NO_ANSWER:
        return _("Aucune réponse") if value else _("Une réponse est venue ou attendue")
    if field == COMMENT:
        return str(value) or _("pas de commentaire")
    criterion = entered_criterion(contact, field)
    return value_label(criterion, str(value)) if criterion else str(value)
