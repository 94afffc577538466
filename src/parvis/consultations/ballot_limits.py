"""The limits of a ballot on a budget, the same for a page and for a sheet of paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from parvis.consultations.phase_settings import BudgetSettings


class Limited(StrEnum):
    """What a ballot may have too much of."""

    POINTS = "points"
    PROJECTS = "projects"
    EUROS = "euros"


@dataclass(frozen=True, slots=True)
class Excess:
    """A limit gone beyond: `given` of what, where `most` may be."""

    what: Limited
    given: int
    most: int

    @property
    def over(self) -> int:
        return self.given - self.most


def excesses(
    given: Mapping[int, int], settings: BudgetSettings, costs: Mapping[int, int]
) -> list[Excess]:
    """The limits that a ballot goes beyond; none where it keeps to the rule.

    `given` is {number of a project: points, or 1 for an approval}, `costs` {number: euros} of at
    least these projects. Points are limited in all, not by project.
    """
    if settings.ballot == "points":
        found = [Excess(Limited.POINTS, sum(given.values()), settings.points)]
    else:
        found = []
        if settings.most_projects:
            found.append(Excess(Limited.PROJECTS, len(given), settings.most_projects))
        if settings.within_envelope:
            cost = sum(costs[number] for number in given)
            found.append(Excess(Limited.EUROS, cost, settings.envelope_euros))
    return [one for one in found if one.over > 0]
