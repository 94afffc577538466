"""Holding a session while something depends on its state.

Votes hold their round shared, so that they go on side by side; whoever closes or counts it holds
the session, then the round, alone, so that no vote is accepted which the count does not see.
Presences hold their session shared: against its end alone, since they come while cards are put.
"""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from parvis.foundation.errors import Conflict
from parvis.live_sessions.enums import TRANSITIONS, RoundState, SessionState
from parvis.live_sessions.models import LiveRound, LiveSession


class Stale(Conflict):
    """Somebody, or a second click, changed the session since the page was made."""

    def __init__(self) -> None:
        super().__init__(
            _("La séance avait déjà avancé : voici où elle en est. Rien n’a été fait deux fois.")
        )


def hold_session(session: LiveSession, *, presences: bool = False) -> LiveSession:
    """The session, read again, that nobody else changes before the transaction ends.

    `presences`: nobody enters it either; those on their way are in it.
    """
    locked: LiveSession = (
        LiveSession.objects.select_for_update(of=("self",), no_key=not presences)
        .select_related("organisation")
        .get(pk=session.pk)
    )
    return locked


def hold_running(
    session: LiveSession, version: int | str | None = None, *, presences: bool = False
) -> LiveSession:
    """The same, in progress, at the version of the page that asks; raise `Stale`, `Conflict`."""
    locked = hold_session(session, presences=presences)
    if locked.state != SessionState.OPEN:
        raise Conflict(
            _("Cette séance est terminée.")
            if locked.state == SessionState.ENDED
            else _("Cette séance n’est pas ouverte.")
        )
    if version is not None and str(version) != str(locked.version):
        raise Stale
    return locked


def hold_round(session: LiveSession, number: int) -> LiveRound:
    """A round of a held session, alone: votes on their way are in it, the next ones are not."""
    locked: LiveRound = LiveRound.objects.select_for_update().get(session=session, number=number)
    return locked


def is_session_open(pk: int) -> bool:
    """Whether a session is in progress, which it then stays until the end of the transaction.

    The lock is that of a foreign key, which whoever leads the session does not wait for.
    """
    return _state(LiveSession, pk, "FOR KEY SHARE") == SessionState.OPEN


def is_round_open(pk: int) -> bool:
    """Whether a round is open, which it then stays until the end of the transaction."""
    return _state(LiveRound, pk, "FOR SHARE") == RoundState.OPEN


def _state(model: type[LiveSession | LiveRound], pk: int, lock: str) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT state FROM {model._meta.db_table} WHERE id = %s "  # noqa: S608
            # A transaction of SQLite is alone from its beginning.
            f"{'' if connection.vendor == 'sqlite' else lock}",
            [pk],
        )
        row = cursor.fetchone()
    return None if row is None else str(row[0])


def move(round_: LiveRound, state: RoundState) -> None:
    """Change the state of a held round, unsaved; raise `Conflict` for an illegal transition."""
    if state not in TRANSITIONS[RoundState(round_.state)]:
        raise Stale
    round_.state = state


def touch(session: LiveSession, *fields: str) -> None:
    """Count one more change of a held session, and write it."""
    session.version += 1
    session.save(update_fields=["version", *fields])
