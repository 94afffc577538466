"""The lines of the access table for what agents open: whoever has the address, signed in or not.

An invitation, a token or a printed code is what gives a right, never a session: their tries are in
`staff_polls/tests/test_agent_exchanges.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from parvis.staff_polls.tests.voting import printed_codes
from tests.access.route import EVERYBODY, Route, fixed
from tests.access.world import World


def code(world: World) -> dict[str, Any]:
    return {"code": world.a.polls.running.code}


def printed_ballot(world: World, role: str) -> dict[str, Any]:
    """The form of somebody who has drawn a code of A's poll."""
    (drawn,) = printed_codes(world.a.polls.running, 1)
    return {"code": drawn, "carte-fierte": "1"}


AGENTS_TABLE: Mapping[str, Route] = {
    # By POST, a printed code opens the cards: it stays out of addresses, and changes nothing.
    "staff_polls:landing": Route(
        EVERYBODY, EVERYBODY, kwargs=code, body=fixed(code="ABCD-EFGH-JKMN"), writes=False
    ),
    # Takes JSON alone: a form is refused in words.
    "staff_polls:take_token": Route(post=EVERYBODY, kwargs=code, writes=False),
    "staff_polls:cast": Route(post=EVERYBODY, kwargs=code, body=printed_ballot),
    "staff_polls:state": Route(EVERYBODY, kwargs=code),
    "staff_polls:anonymity": Route(EVERYBODY, kwargs=code),
    "staff_polls:reveal": Route(EVERYBODY, kwargs=code),
}
