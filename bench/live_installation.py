"""A live session in a fresh installation: its opening, and what its box holds.

    python -m bench.live_installation open
    python -m bench.live_installation count

What it prints is JSON: the session, its facilitator's cookie and the number in its address; then
the answer of each token in the box, opened.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import django


def open_session() -> dict[str, Any]:
    """A session of five thousand people expected, its room open, and who leads it."""
    from django.conf import settings
    from django.test import Client

    from parvis.accounts.tests.factories import sign_in
    from parvis.live_sessions.models import LiveSession
    from parvis.live_sessions.tests.factories import open_session
    from parvis.organisations.tests.factories import MandateFactory

    session: LiveSession = open_session(expected=5_000, threshold=10)
    mandate = MandateFactory(organisation=session.organisation, confirmed=True)
    client = Client()
    sign_in(client, mandate.person)
    return {
        "code": session.code,
        "pk": session.pk,
        "cookie": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "cookie_name": settings.SESSION_COOKIE_NAME,
    }


def count() -> dict[str, Any]:
    """The answer of each token, and what the cards that were counted show."""
    from parvis.live_sessions.models import LiveRound, LiveSession
    from parvis.live_sessions.tests.factories import box_of

    return {
        "answers": box_of(LiveSession.objects.get()),
        "tables": {one.card: one.tables for one in LiveRound.objects.all()},
    }


if __name__ == "__main__":
    django.setup()
    from django_scopes import scopes_disabled

    with scopes_disabled():
        json.dump(count() if sys.argv[1] == "count" else open_session(), sys.stdout)
