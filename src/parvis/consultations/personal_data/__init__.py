"""What this room knows of people, one module a subject.

Participants are keyed hashes of what was verified: neither a name nor an address, but those they
give by themselves.
"""

from parvis.consultations.personal_data import (
    answers,
    consultations,
    contributions,
    ideas,
    judging,
    moderation,
    paper,
    people,
)

__all__ = [
    "answers",
    "consultations",
    "contributions",
    "ideas",
    "judging",
    "moderation",
    "paper",
    "people",
]
