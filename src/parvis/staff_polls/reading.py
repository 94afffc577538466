"""Reading what is shown of a poll: the gauge while it is open. Everything from releases alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from django.db.models import Count
from django_scopes import scopes_disabled

from parvis.foundation.models import Erasure
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.models import Ballot, PollGroup, Release, StaffPoll
from parvis.staff_polls.operations.releasing import ERASED, MILESTONES
from parvis.staff_polls.release_document import told


class Ending(Enum):
    """What became of a poll that goes on no more."""

    # Counted, and its results shown.
    COUNTED = auto()
    # It was counted, then a backup of before its close was put back: the results are not in it.
    RESTORED = auto()
    # Its keys could not be made before its end: nobody could vote.
    UNOPENED = auto()


@dataclass(frozen=True, slots=True)
class GroupGauge:
    group: PollGroup
    # Ballots, rounded down; None = too few to be told.
    ballots: int | None


@dataclass(frozen=True, slots=True)
class Milestone:
    # Share of the agents, in per cent, that unlocks it.
    percent: int
    is_unlocked: bool


@dataclass(frozen=True, slots=True)
class Participation:
    """How many took part, never who; nothing below the threshold."""

    eligible: int
    ballots: int | None
    groups: list[GroupGauge]
    milestones: list[Milestone]

    @property
    def percent(self) -> int | None:
        """Share of the agents, rounded down; None = too few to be told."""
        return None if self.ballots is None else 100 * self.ballots // max(self.eligible, 1)


def participation(poll: StaffPoll) -> Participation:
    """The gauge of the body and, above the threshold, of its groups."""
    with scopes_disabled():
        voting = poll.voting_groups()
        releases = poll.releases.count()
        last = last_release(poll)
        eligible = sum(group.eligible for group in voting)
        if poll.state == PollState.CLOSED and last is not None:
            # None where a restore brought a closed poll back: it has no final release.
            groups = last.tables.get("groups", [])
            shown = {group["number"]: group["ballots"] for group in groups}
            gauges = [GroupGauge(group, shown.get(group.number) or None) for group in voting]
            ballots = last.tables["ballots"]
        else:
            taken = dict(
                Ballot.objects.filter(poll=poll)
                .values_list("group")
                .annotate(number=Count("pk"))
                .order_by()
            )
            gauges = [
                GroupGauge(
                    group, told(taken.get(group.pk, 0), group.eligible, poll.threshold) or None
                )
                for group in voting
            ]
            ballots = told(sum(taken.values()), eligible, poll.threshold)
    milestones = [
        Milestone(percent, number < releases or poll.state == PollState.CLOSED)
        for number, percent in enumerate(MILESTONES)
    ]
    return Participation(eligible, ballots or None, gauges, milestones)


def ending_of(poll: StaffPoll) -> Ending | None:
    """How a poll ended; None when it has not."""
    if poll.state != PollState.CLOSED:
        return None
    with scopes_disabled():
        if poll.releases.filter(is_final=True).exists():
            return Ending.COUNTED
    # Only a close that counted is noted there.
    if Erasure.objects.filter(kind=ERASED, subject_id=poll.pk).exists():
        return Ending.RESTORED
    return Ending.UNOPENED


def last_release(poll: StaffPoll) -> Release | None:
    """What is shown now; None when nothing is yet."""
    with scopes_disabled():
        found: Release | None = poll.releases.order_by("-number").first()
    return found
