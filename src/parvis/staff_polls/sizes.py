"""How many agents each group has, which are too small to be shown, and what could join what.

A group votes with those merged into it: its threshold is that of all of them together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from parvis.staff_polls.models import EligibleAgent, PollGroup, StaffPoll


@dataclass(slots=True)
class GroupSize:
    """A group, its own agents, and those who vote in it once others are merged into it."""

    group: PollGroup
    mailed: int
    voters: int = 0
    merged: list[PollGroup] = field(default_factory=list)

    @property
    def agents(self) -> int:
        return self.mailed + self.group.printed_codes

    @property
    def is_voting(self) -> bool:
        return self.group.merged_into_id is None


@dataclass(frozen=True, slots=True)
class Merge:
    group: PollGroup
    into: PollGroup


def sizes_of(poll: StaffPoll) -> list[GroupSize]:
    """Every group of the poll in the order of the page."""
    mailed = dict(
        EligibleAgent.objects.filter(poll=poll)
        .values_list("group")
        .annotate(count=Count("pk"))
        .order_by()
    )
    groups = PollGroup.objects.filter(poll=poll).select_related("merged_into").order_by("number")
    sizes = {group.pk: GroupSize(group, mailed.get(group.pk, 0)) for group in groups}
    for size in sizes.values():
        into = size if size.is_voting else sizes[size.group.merged_into_id or 0]
        into.voters += size.agents
        if into is not size:
            into.merged.append(size.group)
    return list(sizes.values())


def too_small(sizes: Sequence[GroupSize], threshold: int) -> list[GroupSize]:
    return [size for size in sizes if size.is_voting and size.voters < threshold]


def propose_merges(sizes: Sequence[GroupSize], threshold: int) -> list[Merge]:
    """Merges after which no group is below the threshold, where there are agents enough.

    The smallest joins the next smallest, again and again: groups that can be read alone stay so.
    """
    voters = {size.group: size.voters for size in sizes if size.is_voting}
    into: dict[PollGroup, PollGroup] = {}
    while len(voters) > 1:
        smallest = min(voters, key=lambda group: (voters[group], -group.number))
        if voters[smallest] >= threshold:
            break
        lost = voters.pop(smallest)
        # The larger keeps its name: it is the one that most of them know.
        target = min(voters, key=lambda group: (voters[group], group.number))
        voters[target] += lost
        into[smallest] = target

    def final(group: PollGroup) -> PollGroup:
        while group in into:
            group = into[group]
        return group

    return [Merge(group, final(group)) for group in sorted(into, key=lambda one: one.number)]
