"""Taking presences and votes of a room: many at once, each durable when the call returns.

Nothing here knows a person, an address or a time. The same token again replaces the answer while
the card is open, and leaves no trace of the former one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from parvis.foundation.errors import Refusal
from parvis.foundation.group_commit import GroupCommitter
from parvis.foundation.keys_apart import KeyMissing
from parvis.live_sessions.codes import is_token
from parvis.live_sessions.enums import RoundState, SessionState
from parvis.live_sessions.keys import Box
from parvis.live_sessions.models import (
    MOST_PEOPLE,
    LiveBallot,
    LiveRound,
    LiveSession,
    Presence,
)
from parvis.live_sessions.operations.holding import keep_as_they_are
from parvis.live_sessions.session_document import LiveAnswer, read_live_answer
from parvis.live_sessions.snapshots import Snapshot, snapshot

# Devices beyond the largest room: a second telephone, a page opened anew in a private window.
MOST_DEVICES = 2 * MOST_PEOPLE
_TOGETHER = 500
# As many as a process has threads to spare: an answer kept waiting is asked again by its device.
_WAITING = 256
_PUT_BALLOTS = f"""
    INSERT INTO {LiveBallot._meta.db_table} (token, organisation_id, round_id, sealed)
    VALUES (%s, %s, %s, %s)
    ON CONFLICT (token) DO UPDATE SET sealed = excluded.sealed
    WHERE {LiveBallot._meta.db_table}.round_id = excluded.round_id
"""  # noqa: S608 – the name of our own table
_PUT_PRESENCES = f"""
    INSERT INTO {Presence._meta.db_table} (token, organisation_id, session_id)
    VALUES (%s, %s, %s)
    ON CONFLICT (token) DO NOTHING
"""  # noqa: S608 – the name of our own table


class VoteRefusal(Refusal):
    """Not taken. `code` is for programs, `message` for people."""

    code = "unreadable"


class UnknownSession(VoteRefusal):
    status = 404
    code = "unknown"

    def __init__(self) -> None:
        super().__init__(_("Ce code n’est celui d’aucune séance en cours : regardez l’écran."))


class TokenOfAnother(VoteRefusal):
    """A ballot of another card bears this token, which no page of ours does: that one stays."""

    def __init__(self) -> None:
        super().__init__(_("Cet envoi n’est pas lisible : rechargez la page."))


class VoteClosed(VoteRefusal):
    """The card is no longer open, or not yet: its answer is not counted."""

    status = 410
    code = "closed"

    def __init__(self) -> None:
        super().__init__(
            _("Le vote sur cette carte était déjà clos : votre réponse n’est pas comptée.")
        )


class RoomFull(VoteRefusal):
    status = 429
    code = "full"

    def __init__(self) -> None:
        super().__init__(
            _("La salle est pleine : plus de %(most)d appareils y sont déjà entrés.")
            % {"most": MOST_DEVICES}
        )


@dataclass(frozen=True, slots=True)
class Arrival:
    """A presence (`sealed` None, of a session) or a ballot (of a round) to be written."""

    token: str
    organisation_id: int
    parent_id: int
    sealed: bytes | None = None


def enter(*, code: str, token: str) -> None:
    """Count a device in the room; twice changes nothing. Raise `VoteRefusal`."""
    found = _running(code)
    if not is_token(token):
        raise VoteRefusal(_("Cet envoi n’est pas lisible : rechargez la page."))
    if found.devices >= MOST_DEVICES:
        raise RoomFull
    _committer.submit(Arrival(token, found.organisation_id, found.session_id))


def cast_vote(*, code: str, number: int, token: str, answer: Any) -> None:
    """Store the answer of a device to the card on the screen, the `number`-th put to the room.

    Raise `VoteClosed` when it is open no more, `Refusal` with a sentence for another answer than
    those of the card.
    """
    found = _running(code)
    if found.round is None or found.round.number != number:
        # The card came on the screen an instant ago, or has left it.
        found = _running(code, fresh=True)
    current = found.round
    if current is None or current.number != number:
        raise VoteClosed
    if not is_token(token):
        raise VoteRefusal(_("Cet envoi n’est pas lisible : rechargez la page."))
    read = read_live_answer(current.card, answer)
    if found.ballots >= MOST_DEVICES:
        raise RoomFull
    try:
        box = Box(found.key_name)
    except KeyMissing:
        # It is destroyed at the end of the session, which an older snapshot does not know.
        _running(code, fresh=True)
        raise
    sealed = box.seal(written(read), token=token)
    _committer.submit(Arrival(token, found.organisation_id, current.pk, sealed))


def written(answer: LiveAnswer) -> bytes:
    return orjson.dumps(answer)


def read_written(plaintext: bytes) -> LiveAnswer:
    answer: LiveAnswer = orjson.loads(plaintext)
    return answer


def commit(arrivals: Sequence[Arrival]) -> list[bool | Exception]:
    """Write presences and ballots in one transaction; an outcome each.

    `VoteClosed` for a ballot of a closed card, `TokenOfAnother` where its token is that of a ballot
    of another card, `UnknownSession` for a presence in a session that has ended meanwhile.
    """
    with scopes_disabled(), transaction.atomic():
        ballots = [one for one in arrivals if one.sealed is not None]
        entered = {one.parent_id for one in arrivals if one.sealed is None}
        put = {one.parent_id for one in ballots}
        if connection.vendor == "postgresql":
            keep_as_they_are(entered.union(_column(LiveRound, "session_id", put)))
        # Read once they are held: what they were when they were asked for says nothing.
        open_sessions = _column(LiveSession, "id", entered, SessionState.OPEN)
        open_rounds = _column(LiveRound, "id", put, RoundState.OPEN)
        # The last of a token: a statement may not write a row twice.
        kept: dict[str, Arrival] = {}
        for one in ballots:
            if one.parent_id in open_rounds:
                first = kept.setdefault(one.token, one)
                kept[one.token] = one if one.parent_id == first.parent_id else first
        present = {
            one.token: one
            for one in arrivals
            if one.sealed is None and one.parent_id in open_sessions
        }
        bearing = {token: one.parent_id for token, one in kept.items()}
        with connection.cursor() as cursor:
            # In one order everywhere: two processes that write the same two tokens do not cross.
            if kept:
                cursor.executemany(
                    _PUT_BALLOTS,
                    [
                        [one.token, one.organisation_id, one.parent_id, one.sealed]
                        for _token, one in sorted(kept.items())
                    ],
                )
                if cursor.rowcount != len(kept):
                    # Some token is that of a ballot of another card.
                    found = LiveBallot.objects.filter(token__in=kept)
                    bearing = dict(found.values_list("token", "round_id"))
            if present:
                cursor.executemany(
                    _PUT_PRESENCES,
                    [
                        [one.token, one.organisation_id, one.parent_id]
                        for _token, one in sorted(present.items())
                    ],
                )
    return [_outcome(one, open_sessions, open_rounds, bearing) for one in arrivals]


def _column(
    model: type[LiveSession | LiveRound], name: str, pks: set[int], state: str = ""
) -> set[int]:
    """A column of these rows, of those in this state alone where one is given.

    Without the ORM: it is asked for several times a commit, which is most of what a vote costs.
    """
    if not pks:
        return set()
    places = ", ".join(["%s"] * len(pks))
    only = " AND state = %s" if state else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {name} FROM {model._meta.db_table} WHERE id IN ({places}){only}",  # noqa: S608
            [*pks, *([str(state)] if state else [])],
        )
        return {row[0] for row in cursor.fetchall()}


def _outcome(
    one: Arrival, open_sessions: set[int], open_rounds: set[int], bearing: dict[str, int]
) -> bool | Exception:
    """What became of an arrival; `bearing`: the round of the ballot that each token now bears."""
    if one.sealed is None:
        return True if one.parent_id in open_sessions else UnknownSession()
    if one.parent_id not in open_rounds:
        return VoteClosed()
    return True if bearing[one.token] == one.parent_id else TokenOfAnother()


_committer: GroupCommitter[Arrival, bool] = GroupCommitter(
    name="room-committer", commit=commit, most_together=_TOGETHER, most_waiting=_WAITING
)


def _running(code: str, *, fresh: bool = False) -> Snapshot:
    found = snapshot(code, fresh=fresh)
    if found is None or not found.is_open:
        raise UnknownSession
    return found
