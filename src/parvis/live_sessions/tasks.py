"""Background work of the room. A task of no tenant reads all of them."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta

from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.foundation.errors import Conflict
from parvis.foundation.schedule import scheduled
from parvis.live_sessions import keys
from parvis.live_sessions.enums import SessionState
from parvis.live_sessions.models import LiveSession
from parvis.live_sessions.operations.running import end_session, finish_end

logger = logging.getLogger(__name__)


@scheduled(every=timedelta(minutes=5))
def follow_sessions() -> int:
    """End the sessions that everybody forgot, finish the ends that were cut short.

    Returns how many. One that fails does not keep the others; the task then fails.
    """
    done = failed = 0
    with scopes_disabled():
        opened = LiveSession.objects.exclude(state=SessionState.PREPARED)
        for session in opened.order_by("pk"):
            try:
                done += _follow(session)
            except Exception:
                failed += 1
                logger.exception("live session", extra={"live_session": session.pk})
    if failed:
        raise RuntimeError(f"{failed} sessions could not be followed")
    return done


def _follow(session: LiveSession) -> bool:
    if session.state == SessionState.ENDED:
        if keys.are_held(session):
            finish_end(session=session)
            return True
        return False
    if session.ends_at is not None and session.ends_at <= timezone.now():
        # The facilitator may end it at the same moment.
        with suppress(Conflict):
            end_session(session=session, by=None)
            return True
    return False
