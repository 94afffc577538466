"""A poll in a fresh installation: its opening, and what its box holds after the vote.

    python -m bench.poll_installation open AGENTS
    python -m bench.poll_installation count

What it prints is JSON: what agents' devices need, then how many tokens were collected and the
serial number of every ballot, each opened.
"""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

import django

GROUPS = 4
# The card whose sentence is the serial number of a ballot.
SERIAL = "souhait"


def open_poll(agents: int) -> dict[str, Any]:
    """A poll of one card of each kind: its code, each group's key, each agent's invitation."""
    from parvis.staff_polls import keys
    from parvis.staff_polls.models import EligibleAgent
    from parvis.staff_polls.tests import voting

    poll = voting.open_poll(*[agents // GROUPS] * GROUPS)
    roll = EligibleAgent.objects.filter(poll=poll).select_related("poll", "group")
    return {
        "code": poll.code,
        "keys": {
            group.number: base64.b64encode(bytes(group.public_key)).decode()
            for group in poll.voting_groups()
        },
        "agents": [[keys.invitation(agent), agent.group.number] for agent in roll],
    }


def count() -> dict[str, Any]:
    """How many agents collected a token, and the serial numbers in the box."""
    from parvis.staff_polls.keys import Box
    from parvis.staff_polls.models import Ballot, EligibleAgent, StaffPoll
    from parvis.staff_polls.operations.casting import read_written

    box = Box(StaffPoll.objects.get())
    ballots = Ballot.objects.values_list("token", "sealed")
    return {
        "collected": EligibleAgent.objects.exclude(blinded_hash="").count(),
        "serials": [
            read_written(box.open(bytes(sealed), token=token))[SERIAL] for token, sealed in ballots
        ],
    }


if __name__ == "__main__":
    django.setup()
    from django_scopes import scopes_disabled

    with scopes_disabled():
        json.dump(count() if sys.argv[1] == "count" else open_poll(int(sys.argv[2])), sys.stdout)
