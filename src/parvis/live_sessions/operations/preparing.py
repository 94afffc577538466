"""A session being prepared: its settings and its cards, which may also grow while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.foundation.errors import Conflict, Refusal
from parvis.journal.operations import record
from parvis.live_sessions.codes import new_session_code
from parvis.live_sessions.enums import SessionState, Shape
from parvis.live_sessions.models import MOST_PEOPLE, LiveRound, LiveSession
from parvis.live_sessions.operations.holding import hold_session, touch
from parvis.live_sessions.session_document import (
    MOST_CARDS,
    new_key,
    of_poll,
    quick_card,
    read_cards,
    written_cards,
)
from parvis.organisations.models import Organisation
from parvis.staff_polls.models import MINIMUM_THRESHOLD, StaffPoll
from parvis.staff_polls.operations.preparing import MAX_THRESHOLD
from parvis.staff_polls.poll_document import read_document

MAX_TITLE_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class SessionSettings:
    title: str
    expected: int
    threshold: int


@transaction.atomic
def create_session(
    *,
    organisation: Organisation,
    content: SessionSettings,
    by: Person,
    poll: StaffPoll | None = None,
) -> LiveSession:
    """A session to be prepared, with the cards of a poll or none; raise `Refusal` by field."""
    session = LiveSession(organisation=organisation, code=new_session_code())
    _fill(session, content)
    if poll is not None:
        session.document = {"cards": _cards_of(poll)}
    session.save()
    _record("live_session.created", session, by)
    return session


@transaction.atomic
def change_settings(
    *, session: LiveSession, content: SessionSettings, by: Person, version: int | str
) -> LiveSession:
    """Change a session that is not open yet; raise `Conflict` when it changed or was opened."""
    locked = _hold_prepared(session)
    _refuse_stale(locked, version)
    _fill(locked, content)
    touch(locked, "title", "expected", "threshold")
    _record("live_session.settings_changed", locked, by)
    return locked


@transaction.atomic
def delete_session(*, session: LiveSession, by: Person) -> None:
    """Throw away a session that was never opened."""
    locked = _hold_prepared(session)
    _record("live_session.deleted", locked, by)
    locked.delete()


@transaction.atomic
def add_card(*, session: LiveSession, kind: str, text: str, shape: str, by: Person) -> LiveSession:
    """Add a card written in one line at the end, before or during the session."""
    locked = _hold_unended(session)
    cards = list(locked.document.get("cards", []))
    _check_room(len(cards) + 1)
    made = quick_card(kind, text, shape, taken={card["key"] for card in cards})
    locked.document = {"cards": [*cards, made]}
    touch(locked, "document")
    _record("live_session.card_added", locked, by)
    return locked


@transaction.atomic
def add_poll_cards(*, session: LiveSession, poll: StaffPoll, by: Person) -> LiveSession:
    """Add all the cards of a poll of the same body at the end."""
    locked = _hold_unended(session)
    cards = list(locked.document.get("cards", []))
    taken = {card["key"] for card in cards}
    for card in _cards_of(poll):
        card["key"] = new_key(card["key"], taken)
        taken.add(card["key"])
        cards.append(card)
    _check_room(len(cards))
    locked.document = {"cards": cards}
    touch(locked, "document")
    _record("live_session.cards_added", locked, by, poll=poll.pk)
    return locked


@transaction.atomic
def arrange_card(*, session: LiveSession, key: str, action: str, by: Person) -> LiveSession:
    """`up`, `down`, `remove`, `words` or `ideas`; one already put to the room only moves.

    A card that is not there, or cannot go further, changes nothing.
    """
    locked = _hold_unended(session)
    cards = read_cards(locked.document)
    place = next((rank for rank, card in enumerate(cards) if card.key == key), None)
    if place is None:
        return locked
    card = cards[place]
    is_put = LiveRound.objects.filter(session=locked, card=key).exists()
    if action in ("up", "down"):
        other = place + (1 if action == "down" else -1)
        if not 0 <= other < len(cards):
            return locked
        cards[place], cards[other] = cards[other], card
    elif is_put:
        raise Conflict(_("Cette carte a déjà été posée à la salle : elle ne change plus."))
    elif action == "remove":
        del cards[place]
    elif action in Shape.values and card.gives_texts:
        cards[place] = type(card)(card.card, action)
    else:
        return locked
    locked.document = written_cards(cards, locked.document)
    touch(locked, "document")
    _record("live_session.cards_arranged", locked, by)
    return locked


# --- Pieces --------------------------------------------------------------------------------------


def _cards_of(poll: StaffPoll) -> list[dict[str, Any]]:
    cards = poll.document.get("cards", [])
    if not cards:
        return []
    try:
        read_document(poll.document)
    except Refusal as refusal:
        raise Refusal(
            _("Les cartes de « %(poll)s » ont encore un point à corriger : terminez-les d’abord.")
            % {"poll": poll.title},
            field="poll",
        ) from refusal
    return of_poll(cards)


def _check_room(cards: int) -> None:
    if cards > MOST_CARDS:
        raise Refusal(_("Une séance a au plus %(most)d cartes.") % {"most": MOST_CARDS})


def _fill(session: LiveSession, content: SessionSettings) -> None:
    title = " ".join(content.title.split())
    if not title:
        raise Refusal(_("Donnez un titre à la séance."), field="title")
    if len(title) > MAX_TITLE_CHARACTERS:
        raise Refusal(
            _("Ce titre dépasse %(most)d caractères.") % {"most": MAX_TITLE_CHARACTERS},
            field="title",
        )
    if not MINIMUM_THRESHOLD <= content.threshold <= MAX_THRESHOLD:
        raise Refusal(
            _("Le seuil va de %(least)d à %(most)d : en dessous, on devinerait qui a répondu.")
            % {"least": MINIMUM_THRESHOLD, "most": MAX_THRESHOLD},
            field="threshold",
        )
    if not content.threshold <= content.expected <= MOST_PEOPLE:
        raise Refusal(
            _("Attendez de %(least)d personnes (le seuil) à %(most)d.")
            % {"least": content.threshold, "most": MOST_PEOPLE},
            field="expected",
        )
    session.title, session.expected = title, content.expected
    session.threshold = content.threshold


def _hold_prepared(session: LiveSession) -> LiveSession:
    locked = hold_session(session)
    if locked.state != SessionState.PREPARED:
        raise Conflict(_("Cette séance a été ouverte : ses réglages ne changent plus."))
    return locked


def _hold_unended(session: LiveSession) -> LiveSession:
    locked = hold_session(session)
    if locked.state == SessionState.ENDED:
        raise Conflict(_("Cette séance est terminée."))
    return locked


def _refuse_stale(session: LiveSession, version: int | str) -> None:
    if str(version) != str(session.version):
        raise Conflict(
            _(
                "Cette séance a changé depuis que vous avez ouvert cette page. Rien de ce que vous "
                "avez écrit n’est perdu."
            )
        )


def _record(action: str, session: LiveSession, by: Person, **details: Any) -> None:
    record(
        action=action,
        actor_id=by.pk,
        subject=session,
        organisation_id=session.organisation_id,
        **details,
    )
