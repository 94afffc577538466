"""A live session with a card on the screen; its code and the number of the card as JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

import django


def plan() -> dict[str, Any]:
    from parvis.live_sessions.operations.running import put_card
    from parvis.live_sessions.tests.factories import open_session

    session = open_session(expected=5_000)
    put = put_card(session=session, key="canal", version=session.version)
    return {"code": put.code, "round": put.current}


if __name__ == "__main__":
    django.setup()
    from django_scopes import scopes_disabled

    with scopes_disabled():
        json.dump(plan(), sys.stdout)
