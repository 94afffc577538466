"""What this room knows of people, one module a subject.

Participants are keyed hashes of what was verified: neither a name nor an address, but those they
give by themselves.
"""

from parvis.consultations.personal_data import (
    consultations,
    contributions,
    ideas,
    moderation,
    paper,
    people,
    votes,
)

__all__ = ["consultations", "contributions", "ideas", "moderation", "paper", "people", "votes"]
from parvis.consultations.personal_data import ideas, judging, moderation, paper

__all__ = ["ideas", "judging", "moderation", "paper"]
