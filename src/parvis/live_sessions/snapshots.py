"""What a room is at, read at most twice a second by each process whatever the number of phones.

A snapshot is older than the database by that much, and by the time of a reading under way. Nothing
is decided on it that a vote changes: the state of a card is read again, and held, as ballots are
written; that of the session as presences are.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from django.conf import settings
from django_scopes import scopes_disabled

from parvis.live_sessions.codes import is_session_code, read_session_code
from parvis.live_sessions.enums import RoundState, SessionState, Step
from parvis.live_sessions.models import LiveBallot, LiveRound, LiveSession, Presence
from parvis.live_sessions.session_document import LiveCard, read_cards, support_card

# Codes that a process remembers, those of no session included.
_MOST_CODES = 1_000
# How much older a snapshot may be for those who would wait for another's reading.
_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class RoundNow:
    """The round on the screen."""

    pk: int
    number: int
    card: LiveCard
    step: str
    state: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A session that was opened, as it was an instant ago. Counts are exact: round before showing.

    `made` holds what was drawn from it once for everybody, by name.
    """

    session_id: int
    organisation_id: int
    code: str
    key_name: str
    is_open: bool
    version: int
    threshold: int
    expected: int
    devices: int
    ballots: int
    round: RoundNow | None
    made: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class _Entry:
    lock: threading.Lock = field(default_factory=threading.Lock)
    read_at: float = float("-inf")
    found: Snapshot | None = None


_entries: OrderedDict[str, _Entry] = OrderedDict()
_guard = threading.Lock()


def snapshot(typed: str, *, fresh: bool = False) -> Snapshot | None:
    """The session of an address, `settings.LIVE_SNAPSHOT_SECONDS` old; None = no such.

    `fresh` reads the database now.
    """
    code = read_session_code(typed)
    if not is_session_code(code):
        return None
    entry = _entry(code)
    asked_at = time.monotonic()
    oldest = asked_at if fresh else asked_at - settings.LIVE_SNAPSHOT_SECONDS
    if entry.read_at > oldest:
        return entry.found
    # One thread asks. The others take what is known; those that need it fresh take its answer.
    is_recent = entry.read_at > oldest - _PATIENCE_SECONDS
    if not entry.lock.acquire(blocking=fresh or not is_recent):
        return entry.found
    try:
        if entry.read_at <= oldest:
            begun_at = time.monotonic()
            entry.found = _read(code)
            entry.read_at = begun_at
        return entry.found
    finally:
        entry.lock.release()


def _entry(code: str) -> _Entry:
    with _guard:
        entry = _entries.get(code)
        if entry is None:
            entry = _entries[code] = _Entry()
            if len(_entries) > _MOST_CODES:
                _entries.popitem(last=False)
        else:
            _entries.move_to_end(code)
        return entry


def _read(code: str) -> Snapshot | None:
    with scopes_disabled():
        session = LiveSession.objects.filter(code=code).first()
        if session is None or session.state == SessionState.PREPARED:
            return None
        current = LiveRound.objects.filter(session=session, number=session.current).first()
        return Snapshot(
            session_id=session.pk,
            organisation_id=session.organisation_id,
            code=session.code,
            key_name=session.key_name,
            is_open=session.state == SessionState.OPEN,
            version=session.version,
            threshold=session.threshold,
            expected=session.expected,
            devices=Presence.objects.filter(session=session).count(),
            ballots=LiveBallot.objects.filter(round=current).count() if current else 0,
            round=None if current is None else _round(session, current),
        )


def _round(session: LiveSession, found: LiveRound) -> RoundNow:
    return RoundNow(found.pk, found.number, card_of(session, found), found.step, found.state)


def card_of(session: LiveSession, found: LiveRound) -> LiveCard:
    """The card that a round puts: one of the session's, or the ideas that one gave."""
    card = next((one for one in read_cards(session.document) if one.key == found.card), None)
    if card is None:
        # Added, and put, since the session was read: a card that was put is never removed.
        session.refresh_from_db(fields=["document"])
        card = next(one for one in read_cards(session.document) if one.key == found.card)
    if found.step == Step.SUPPORT:
        return LiveCard(support_card(card.card, found.options))
    return card


def is_counting(found: RoundNow) -> bool:
    """Whether the ballots of a round still lie in its box."""
    return found.state in (RoundState.OPEN, RoundState.CLOSED)
