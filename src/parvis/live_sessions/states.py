"""What phones and the screen ask again and again, drawn once for everybody from a snapshot.

Phones: `{"version", "again_ms", "state", "round", "card", "shown"}`. The screen:
`{"version", "again_ms", "present", "answers"}`, whose words change without a change of version.
"""

from __future__ import annotations

from typing import Any

import orjson
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.live_sessions.display import phone_lines, shown_of
from parvis.live_sessions.enums import RoundState, Shape
from parvis.live_sessions.models import LiveRound, LiveSession
from parvis.live_sessions.session_document import (
    MAX_IDEA_CHARACTERS,
    MAX_WORD_CHARACTERS,
    LiveCard,
)
from parvis.live_sessions.snapshots import Snapshot, is_counting
from parvis.staff_polls.player_page import card_content
from parvis.staff_polls.release_document import told

# Phones ask less often as they are more: a thousand requests a second for the largest room.
_LEAST_MS, _MOST_MS = 1_000, 5_000
_SCREEN_MS = 500
# Nobody waits for what comes next once it is over.
_ENDED_MS = 60_000


def phone_state(found: Snapshot) -> bytes:
    """The state of a room for its phones, as JSON."""
    return _made_once(found, "phone", lambda: _phone(found))


def screen_state(found: Snapshot) -> bytes:
    """The state of a room for its screen, as JSON."""
    return _made_once(found, "screen", lambda: _screen(found))


def present_in_words(found: Snapshot) -> str:
    """How many devices are in the room: exact, since being there is no answer.

    Ballots of devices that did not enter are told as they are elsewhere, by steps: counted here one
    by one, they would show each vote as it comes.
    """
    present = max(found.devices, _told(found))
    if not present:
        return _("Aucun appareil dans la salle")
    return ngettext("%d appareil dans la salle", "%d appareils dans la salle", present) % present


def answers_in_words(found: Snapshot) -> str:
    """How many answered the card of the screen, rounded down; empty where nothing is counted."""
    if found.round is None or not is_counting(found.round):
        return ""
    number = _told(found)
    if not number:
        return _("moins de %d réponses") % found.threshold
    return ngettext("au moins %d réponse", "au moins %d réponses", number) % number


def _told(found: Snapshot) -> int:
    """Ballots of the card, rounded down; 0 below the threshold."""
    return told(found.ballots, max(found.expected, found.ballots), found.threshold)


def _made_once(found: Snapshot, name: str, draw: Any) -> bytes:
    key = f"{name} {get_language()}"
    made = found.made.get(key)
    if made is None:
        made = found.made[key] = orjson.dumps(draw())
    return made


def _phone(found: Snapshot) -> dict[str, Any]:
    content: dict[str, Any] = {
        "version": found.version,
        "again_ms": min(max(_LEAST_MS, found.devices), _MOST_MS),
        "state": "waiting",
        "round": 0,
    }
    if not found.is_open:
        return {**content, "state": "ended", "again_ms": _ENDED_MS}
    current = found.round
    if current is None:
        return content
    content |= {
        "state": current.state,
        "round": current.number,
        "step": current.step,
        "card": live_card_content(current.card),
    }
    if current.state == RoundState.SHOWN:
        with scopes_disabled():
            round_ = LiveRound.objects.get(pk=current.pk)
            session = LiveSession.objects.get(pk=found.session_id)
            shown = shown_of(session, round_)
        content["shown"] = {
            "title": shown.title,
            "real": shown.real,
            "answers": shown.answers_in_words,
            "lines": phone_lines(shown),
        }
    return content


def live_card_content(card: LiveCard) -> dict[str, Any]:
    """A card as the page of a phone draws it."""
    content = {**card_content(card.card), "shape": card.shape}
    if card.shape == Shape.IDEAS:
        content["most"] = MAX_IDEA_CHARACTERS
    elif card.shape == Shape.WORDS:
        content["most"] = MAX_WORD_CHARACTERS
    return content


def _screen(found: Snapshot) -> dict[str, Any]:
    return {
        "version": found.version,
        "again_ms": _SCREEN_MS if found.is_open else _ENDED_MS,
        "present": present_in_words(found),
        "answers": answers_in_words(found),
    }
