"""Codes drawn from a hat by agents without mail: drawn from a seed (`foundation.drawn_codes`).

A sheet that is lost is never replaced, and that is a rule of the ballot: codes given in its
place would let both be used, more ballots than agents; and cancelling those "not used yet" would
tell, by their number, how many agents of the group have voted. What is drawn therefore never
exceeds the number of agents declared without mail, frozen at the launch.
"""

from __future__ import annotations

from parvis.foundation.drawn_codes import drawn_codes
from parvis.staff_polls.codes import BALLOT_LENGTH
from parvis.staff_polls.models import PollGroup, StaffPoll

# Thirty pages, made in about two seconds.
MOST_AT_ONCE = 300


def codes_of(seed: bytes, poll: StaffPoll, group: PollGroup, count: int) -> list[str]:
    """`count` different codes, in the order of the slips; the same for the same arguments."""
    name = b"parvis printed codes %b\n%d" % (poll.reference.bytes, group.number)
    return drawn_codes(seed, name, length=BALLOT_LENGTH, count=count)
