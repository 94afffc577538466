"""The one gauge of a poll, in words: how many have answered, and what that unlocks for all.

It is the whole body's, never a team's nor a person's. `reading.participation` rounds what it says,
so that two looks at it never show one ballot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _

from parvis.staff_polls.models import StaffPoll
from parvis.staff_polls.poll_document import read_document
from parvis.staff_polls.reading import participation
from parvis.staff_polls.results.reveal import OPENED_BY

# A whole body may look at once: its ballots are counted once in that time.
SECONDS = 10


@dataclass(frozen=True, slots=True)
class Reward:
    """What everybody sees once `percent` of the agents have answered."""

    text: str
    percent: int
    is_unlocked: bool


@dataclass(frozen=True, slots=True)
class Gauge:
    """`percent` is rounded down; None while too few have answered for it to be told."""

    percent: int | None
    threshold: int
    rewards: list[Reward]

    def as_content(self) -> dict[str, Any]:
        return {
            "percent": self.percent,
            "threshold": self.threshold,
            "milestones": [
                {"text": one.text, "percent": one.percent, "unlocked": one.is_unlocked}
                for one in self.rewards
            ],
        }


def gauge_of(poll: StaffPoll) -> Gauge:
    """As it was at most `SECONDS` ago."""
    name = f"staff-poll-gauge-{poll.reference}-{poll.state}"
    counted = cache.get(name)
    if counted is None:
        counted = _counted(poll)
        cache.set(name, counted, SECONDS)
    percent, milestones = counted
    rewards = [
        Reward(text, needed, is_unlocked)
        for text, (needed, is_unlocked) in zip(_texts(poll), milestones, strict=False)
    ]
    return Gauge(percent, poll.threshold, rewards)


def _counted(poll: StaffPoll) -> tuple[int | None, list[tuple[int, bool]]]:
    taken = participation(poll)
    return taken.percent, [(one.percent, one.is_unlocked) for one in taken.milestones]


def _texts(poll: StaffPoll) -> list[str]:
    """What each milestone brings, the first one first."""
    texts = [
        _("Les premiers résultats"),
        _("Des résultats plus précis"),
        _("Les résultats de presque tous"),
    ]
    real = {
        "feedback": _("La vraie réponse des usagers aux devinettes"),
        "mystery_audits": _("Le chiffre de l’audit mystère, que vous avez deviné"),
    }
    for card in read_document(poll.document).cards:
        if card.source:
            texts[OPENED_BY[card.source] - 1] = real[card.source]
    return texts
