"""What each tenant of the world owns in results of staff polls, marked like the rest of it.

The title and the cards of a closed poll, and the sentences that its coordinator has not hidden, are
for whoever has its address, hence without a canary; its services, and a hidden sentence, are not.
"""

from __future__ import annotations

from dataclasses import dataclass

from parvis.organisations.models import Organisation
from parvis.staff_polls.models import PollComment, StaffPoll
from parvis.staff_polls.tests.releases import closed_poll, every_table, group, say, show


@dataclass
class PollResultRows:
    """A closed poll with everything a page of results may show."""

    poll: StaffPoll
    sentence: PollComment


def build_poll_results(mark: str, body: Organisation) -> PollResultRows:
    poll = closed_poll(organisation=body, title=f"Baromètre interne {mark}")
    table = {"fierte": {"answers": 20, "shares": [[[15, 0], [75, 0], [10, -1]]]}}
    services = [group(1, table), group(2, {})]
    for service in services:
        service["name"] = f"CANARI-{mark}-service-{service['number']}"
    show(poll, every_table(), groups=services)
    (sentence,) = say(poll, f"CANARI-{mark}-phrase")
    PollComment.objects.filter(pk=sentence.pk).update(is_hidden=True)
    say(poll, *(f"Il faudrait ouvrir plus tôt, le jour {number}" for number in range(1, 12)))
    return PollResultRows(poll, sentence)
