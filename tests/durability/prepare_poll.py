"""An open poll in a fresh installation, and what it counted: `python -m … open AGENTS | close`.

`open` prints the code of the poll and, for each agent, the token that their device holds. `close`
opens the box, closes the poll and prints both what the box held and the table that is shown.
"""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

import django

CARD = "canal"


def opened(agents: int) -> dict[str, Any]:
    from parvis.staff_polls.tests.voting import agents_of, collect, open_poll

    poll = open_poll(agents)
    tokens = [collect(agent) for agent in agents_of(poll)]
    return {
        "code": poll.code,
        "tokens": [
            {
                "group": token.group,
                "message": _url_safe(token.message),
                "signature": _url_safe(token.signature),
            }
            for token in tokens
        ],
    }


def closed() -> dict[str, Any]:
    from parvis.staff_polls.keys import Box
    from parvis.staff_polls.models import Ballot, StaffPoll
    from parvis.staff_polls.operations.casting import read_written
    from parvis.staff_polls.operations.releasing import close

    poll = StaffPoll.objects.get()
    box = Box(poll)
    sealed = Ballot.objects.values_list("token", "sealed")
    held = [read_written(box.open(bytes(one), token=token))[CARD] for token, one in sealed]
    return {"held": held, "shown": close(poll=poll, by=None).tables["cards"][CARD]["counts"][0]}


def _url_safe(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


if __name__ == "__main__":
    django.setup()
    from django_scopes import scopes_disabled

    with scopes_disabled():
        json.dump(closed() if sys.argv[1] == "close" else opened(int(sys.argv[2])), sys.stdout)
