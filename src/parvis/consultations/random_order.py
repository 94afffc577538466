"""Things in random order, the same for the same visitor: nobody is always first."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from typing import TypeVar

from parvis.consultations.models import Participant, Phase

Thing = TypeVar("Thing")

LARGEST_SEED = 999_999


def seed_of(phase: Phase, participant: Participant | None, given: str = "") -> int:
    """The seed of a visitor: the participant's, else what the page gave back, else a new one."""
    if participant is not None:
        return random.Random(f"{phase.pk}:{participant.pk}").randint(0, LARGEST_SEED)  # noqa: S311 – an order, not a secret
    if given.isascii() and given.isdigit() and len(given) <= len(str(LARGEST_SEED)):
        return int(given)
    return secrets.randbelow(LARGEST_SEED + 1)


def shuffled(things: Sequence[Thing], seed: int) -> list[Thing]:
    """The things in the order of that seed."""
    drawn = list(things)
    random.Random(seed).shuffle(drawn)  # noqa: S311 – an order, not a secret
    return drawn
