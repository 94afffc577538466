"""Holding a session while something depends on its state.

Votes and entrances share it, so that they go on side by side; whoever leads it holds it alone, so
that no vote is accepted which the count does not see.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.utils.translation import gettext as _

from parvis.foundation.errors import Conflict
from parvis.live_sessions.enums import TRANSITIONS, RoundState, SessionState
from parvis.live_sessions.models import LiveRound, LiveSession

# Where the numbers of our locks begin, among those that a server of databases gives no meaning to.
_LOCKS = 0x4C49_5645 << 32


class Stale(Conflict):
    """Somebody, or a second click, changed the session since the page was made."""

    def __init__(self) -> None:
        super().__init__(
            _("La séance avait déjà avancé : voici où elle en est. Rien n’a été fait deux fois.")
        )


def hold_session(session: LiveSession) -> LiveSession:
    """The session, read again, that nobody else changes, votes in or enters before the end.

    Raise `Conflict` when it was thrown away.
    """
    _lock(session.pk, shared=False)
    locked: LiveSession | None = (
        LiveSession.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .filter(pk=session.pk)
        .first()
    )
    if locked is None:
        raise Conflict(_("Cette séance vient d’être supprimée."))
    return locked


def hold_running(session: LiveSession, version: int | str | None = None) -> LiveSession:
    """The same, in progress, at the version of the page that asks; raise `Stale`, `Conflict`."""
    locked = hold_session(session)
    if locked.state != SessionState.OPEN:
        raise Conflict(
            _("Cette séance est terminée.")
            if locked.state == SessionState.ENDED
            else _("Cette séance n’est pas ouverte.")
        )
    if version is not None and str(version) != str(locked.version):
        raise Stale
    return locked


def keep_as_they_are(sessions: Iterable[int]) -> None:
    """Let nobody lead these sessions any further before the transaction ends, which others share.

    Held in one order everywhere. Whoever waits to lead goes before those who ask for this later:
    locks of rows are not given in turn, and a flood of votes would keep a vote from closing.
    """
    for pk in sorted(sessions):
        _lock(pk, shared=True)


def _lock(pk: int, *, shared: bool) -> None:
    """A lock of PostgreSQL's queue; a transaction of SQLite is alone from its beginning."""
    if connection.vendor == "postgresql":
        kind = "_shared" if shared else ""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock{kind}(%s)", [_LOCKS + pk])


def move(round_: LiveRound, state: RoundState) -> None:
    """Change the state of a round of a held session, unsaved; raise `Stale` where it may not."""
    if state not in TRANSITIONS[RoundState(round_.state)]:
        raise Stale
    round_.state = state


def touch(session: LiveSession, *fields: str) -> None:
    """Count one more change of a held session, and write it."""
    session.version += 1
    session.save(update_fields=["version", *fields])
