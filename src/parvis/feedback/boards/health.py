"""How each kiosk does, as it last told: answers waiting, numbers missing, clock, room left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.feedback.boards.wording import grouped
from parvis.feedback.models import Device

# A kiosk with a network sends word every few minutes, even without an answer.
RECENT = timedelta(minutes=15)
OFFSET_TO_MEND = timedelta(minutes=5)
LITTLE_ROOM_BYTES = 50_000_000
LONG_QUEUE = 500


@dataclass(frozen=True, slots=True)
class KioskHealth:
    """One kiosk in words. `pill` is the kind of its state: good, wait or bad."""

    kiosk: Device
    state: str
    pill: str
    seen_at: datetime | None
    queue: str
    missing: str
    clock: str
    room: str
    to_mend: Sequence[str]


def missing_numbers(ranges: Iterable[Sequence[int]]) -> int:
    """How many numbers the ranges [first, last] hold; what is no range counts for nothing."""
    total = 0
    for item in ranges:
        if len(item) == 2 and item[1] >= item[0]:
            total += int(item[1]) - int(item[0]) + 1
    return total


def health_of(kiosk: Device, now: datetime, *, is_silent: bool) -> KioskHealth:
    """`is_silent` = an alert says that news of it should have come."""
    missing = missing_numbers(kiosk.missing_sequences)
    to_mend = []
    offset = timedelta(milliseconds=kiosk.clock_offset_ms or 0)
    if abs(offset) >= OFFSET_TO_MEND:
        to_mend.append(_("Réglez l’heure de la tablette : ses réponses restent bien datées."))
    if kiosk.storage_left_bytes is not None and kiosk.storage_left_bytes < LITTLE_ROOM_BYTES:
        to_mend.append(_("Libérez de la place sur la tablette."))
    if (kiosk.queue_length or 0) >= LONG_QUEUE:
        to_mend.append(_("Vérifiez le réseau : des réponses attendent sur la tablette."))
    if kiosk.last_seen_at is None:
        state, pill = _("Jamais vue"), "wait"
    elif is_silent:
        state, pill = _("Silencieuse"), "bad"
        to_mend.append(_("Vérifiez qu’elle est allumée et reliée au réseau : rien n’est perdu."))
    elif now - kiosk.last_seen_at <= RECENT:
        state, pill = _("En ligne"), "good"
    else:
        state, pill = _("Hors ligne"), "wait"
    return KioskHealth(
        kiosk=kiosk,
        state=state,
        pill=pill,
        seen_at=kiosk.last_seen_at,
        queue="–" if kiosk.queue_length is None else grouped(kiosk.queue_length),
        missing=grouped(missing),
        clock=_clock(kiosk.clock_offset_ms),
        room=_room(kiosk.storage_left_bytes),
        to_mend=to_mend,
    )


def _clock(offset_ms: int | None) -> str:
    if offset_ms is None:
        return "–"
    seconds = round(abs(offset_ms) / 1000)
    if seconds < 60:
        return _("juste")
    if seconds < 5400:
        count = round(seconds / 60)
        length = ngettext("%(count)s minute", "%(count)s minutes", count)
    elif seconds < 2 * 86400:
        count = round(seconds / 3600)
        length = ngettext("%(count)s heure", "%(count)s heures", count)
    else:
        count = round(seconds / 86400)
        length = ngettext("%(count)s jour", "%(count)s jours", count)
    said = length % {"count": grouped(count)}
    if offset_ms > 0:
        return _("en retard de %(length)s") % {"length": said}
    return _("en avance de %(length)s") % {"length": said}


def _room(left: int | None) -> str:
    if left is None:
        return "–"
    return _("%(count)s Mo") % {"count": grouped(round(left / 1_000_000))}
