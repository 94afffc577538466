"""Leading a session: the room opens, cards go on the screen one after the other, the room closes.

Each act bears the version of the page it was pressed on: a second click, or a second facilitator,
does not do twice what was asked once.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import OperationalError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.accounts.models import Person
from parvis.foundation.erasures import record_erasure
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.freed_space import wipe_freed_space
from parvis.journal.operations import record
from parvis.live_sessions import keys
from parvis.live_sessions.enums import RoundState, SessionState, Shape, Step
from parvis.live_sessions.models import LiveBallot, LiveRound, LiveSession, LiveText, Presence
from parvis.live_sessions.operations.counting import TooFew, count, erase_ballots
from parvis.live_sessions.operations.holding import (
    Stale,
    hold_running,
    hold_session,
    move,
    touch,
)
from parvis.live_sessions.session_document import read_cards

logger = logging.getLogger(__name__)

# A session that everybody forgot ends by itself.
LONGEST = timedelta(hours=12)
ERASED = "live_session"


def open_room(*, session: LiveSession, by: Person, version: int | str) -> LiveSession:
    """Open the waiting room; raise `Stale`, `Conflict`, `Refusal` when there is no card."""
    # A second key for a session that lost its own would seal what no count could open together.
    if not LiveSession.objects.filter(pk=session.pk, state=SessionState.PREPARED).exists():
        raise Stale
    # Before the transaction: a key without a session is harmless, the reverse is not.
    keys.make(session)
    with transaction.atomic():
        locked = hold_session(session)
        if locked.state != SessionState.PREPARED or str(version) != str(locked.version):
            raise Stale
        if not read_cards(locked.document):
            raise Refusal(_("Ajoutez une carte au moins."))
        now = timezone.now()
        locked.state, locked.opened_at, locked.ends_at = SessionState.OPEN, now, now + LONGEST
        touch(locked, "state", "opened_at", "ends_at")
        record(
            action="live_session.opened",
            actor_id=by.pk,
            subject=locked,
            organisation_id=locked.organisation_id,
            threshold=locked.threshold,
        )
    return locked


@transaction.atomic
def put_card(*, session: LiveSession, key: str, version: int | str) -> LiveSession:
    """Put a card on the screen, its vote open; one already put comes back as it was left.

    The vote that was open on another card closes.
    """
    locked = hold_running(session, version)
    if all(card.key != key for card in read_cards(locked.document)):
        raise Stale
    found = LiveRound.objects.filter(session=locked, card=key).order_by("-number").first()
    _close_open_ones(locked, but=found)
    if found is None:
        found = _new_round(locked, key, Step.ANSWERS)
    locked.current = found.number
    touch(locked, "current")
    return locked


@transaction.atomic
def wait(*, session: LiveSession, version: int | str) -> LiveSession:
    """Back to the waiting room: address and QR code on the screen."""
    locked = hold_running(session, version)
    _close_open_ones(locked)
    locked.current = 0
    touch(locked, "current")
    return locked


@transaction.atomic
def close_vote(*, session: LiveSession, version: int | str) -> LiveSession:
    """Close the vote on the card of the screen: every vote already taken is in its box."""
    return _move_current(session, version, RoundState.CLOSED)


@transaction.atomic
def reopen_vote(*, session: LiveSession, version: int | str) -> LiveSession:
    """Open it again, as long as nothing of it was shown."""
    return _move_current(session, version, RoundState.OPEN)


@transaction.atomic
def count_vote(*, session: LiveSession, version: int | str) -> LiveSession:
    """Count the closed vote of the screen: shown at once, or to be sorted when it gave texts.

    Raise `TooFew` below the threshold: nothing is changed then.
    """
    locked = hold_running(session, version)
    count(locked, _current(locked))
    touch(locked)
    return locked


@transaction.atomic
def show_texts(*, session: LiveSession, version: int | str) -> LiveSession:
    """Show the texts that the facilitator has read, those taken off excepted."""
    return _move_current(session, version, RoundState.SHOWN)


@transaction.atomic
def open_support(*, session: LiveSession, version: int | str) -> LiveSession:
    """Put the ideas shown on the screen to the vote: each device supports those it likes."""
    locked = hold_running(session, version)
    found = _current(locked)
    card = next(one for one in read_cards(locked.document) if one.key == found.card)
    if (
        card.shape != Shape.IDEAS
        or found.step != Step.ANSWERS
        or found.state != RoundState.SHOWN
        or LiveRound.objects.filter(session=locked, card=card.key, step=Step.SUPPORT).exists()
    ):
        raise Stale
    shown = LiveText.objects.filter(round=found, is_hidden=False).on_the_screen(Shape.IDEAS)
    # Drawn among those said as often, where there are too many; then read in a settled order.
    ideas = sorted(shown, key=lambda idea: (-idea.times, idea.text))
    if len(ideas) < 2:
        raise Conflict(_("Gardez deux idées au moins pour les soumettre au vote."))
    locked.current = _new_round(
        locked, card.key, Step.SUPPORT, options=[idea.text for idea in ideas]
    ).number
    touch(locked, "current")
    return locked


@transaction.atomic
def hide_text(*, session: LiveSession, text: LiveText, is_hidden: bool) -> LiveSession:
    """Take a text off what is shown, or put it back; the same twice changes nothing."""
    locked = hold_session(session)
    others = LiveText.objects.filter(pk=text.pk, round__session=locked, is_hidden=not is_hidden)
    if others.update(is_hidden=is_hidden):
        touch(locked)
    return locked


def end_session(*, session: LiveSession, by: Person | None) -> LiveSession:
    """End a session: count what was not and may be, destroy the rest. `by` None: its time is over.

    Raise `Conflict` when it is not open; for a person, what keeps a card from being counted, such
    as `KeyMissing`. Once its time is over nothing keeps ballots from being destroyed.
    """
    with scopes_disabled(), transaction.atomic():
        locked = hold_running(session)
        for found in _rounds(locked, RoundState.OPEN, RoundState.CLOSED):
            _settle(locked, found, is_over=by is None)
        _erase(locked)
        locked.state, locked.ended_at = SessionState.ENDED, timezone.now()
        locked.current = 0
        touch(locked, "state", "ended_at", "current")
        record(
            action="live_session.ended",
            actor_id=by.pk if by else None,
            subject=locked,
            organisation_id=locked.organisation_id,
        )
        record_erasure(kind=ERASED, subject_id=locked.pk)
        # Robust: the session is ended, whoever asked is told so; the tasks finish the rest.
        transaction.on_commit(lambda: finish_end(session=locked), robust=True)
    return locked


def finish_end(*, session: LiveSession) -> None:
    """Destroy the key of an ended session and what its erased rows left on the disk.

    Outside any transaction. Done again by the tasks until it was done once.
    """
    wipe_freed_space(LiveBallot, Presence)
    keys.destroy(session)


def end_again(session_pk: int) -> None:
    """What an end erased, in a database put back from before it: nothing opens its boxes now."""
    session = LiveSession.objects.select_for_update().filter(pk=session_pk).first()
    if session is None or session.state != SessionState.OPEN or keys.are_held(session):
        return
    _erase(session)
    session.state, session.ended_at, session.current = SessionState.ENDED, timezone.now(), 0
    touch(session, "state", "ended_at", "current")


# --- Pieces --------------------------------------------------------------------------------------


def _move_current(session: LiveSession, version: int | str, state: RoundState) -> LiveSession:
    locked = hold_running(session, version)
    found = _current(locked)
    move(found, state)
    found.save(update_fields=["state"])
    touch(locked)
    return locked


def _current(session: LiveSession) -> LiveRound:
    if not session.current:
        raise Stale
    found: LiveRound = LiveRound.objects.get(session=session, number=session.current)
    return found


def _new_round(
    session: LiveSession, key: str, step: Step, options: list[str] | None = None
) -> LiveRound:
    last = LiveRound.objects.filter(session=session).aggregate(last=Max("number"))["last"] or 0
    made: LiveRound = LiveRound.objects.create(
        organisation_id=session.organisation_id,
        session=session,
        number=last + 1,
        card=key,
        step=step,
        options=options or [],
    )
    return made


def _close_open_ones(session: LiveSession, *, but: LiveRound | None = None) -> None:
    for found in _rounds(session, RoundState.OPEN):
        if but is None or found.pk != but.pk:
            move(found, RoundState.CLOSED)
            found.save(update_fields=["state"])


def _rounds(session: LiveSession, *states: RoundState) -> list[LiveRound]:
    return list(LiveRound.objects.filter(session=session, state__in=states).order_by("pk"))


def _settle(session: LiveSession, found: LiveRound, *, is_over: bool) -> None:
    """Count what the facilitator left uncounted, where enough answered."""
    if found.state == RoundState.OPEN:
        move(found, RoundState.CLOSED)
        found.save(update_fields=["state"])
    try:
        with transaction.atomic():
            count(session, found)
    except TooFew:
        return
    except Exception as error:
        # A database that fails for a moment is asked again by the tasks.
        if not is_over or isinstance(error, OperationalError):
            raise
        logger.exception("live session not counted", extra={"live_session": session.pk})


def _erase(session: LiveSession) -> None:
    for found in LiveRound.objects.filter(session=session):
        erase_ballots(found)
    Presence.objects.filter(session=session).delete()
