"""From how many people on what they voted is told: one rule for every page and every file.

The total of one voter is that person's ballot, and that of two tells each of them what the other
said. Below `FEWEST_PEOPLE` in a phase, nothing that comes from votes leaves: no count, no share, no
rank, no map, neither in what is shown, on the page, on paper and to the team, nor in the archive.
What a vote on a budget decides is said all the same, without its counts. Supports of ideas are
counters that everybody sees from the first one on: they are not under this rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

# The pages say it in letters.
FEWEST_PEOPLE: Final = 5


def are_few(people: int) -> bool:
    """Whether so many people voted that nothing of what they said is told; nobody is not few."""
    return 0 < people < FEWEST_PEOPLE


def people_of(figures: Mapping[str, Any]) -> int:
    """On how many people the figures of a phase rest, live or at its close; 0 = on nobody."""
    people: int = figures.get("people", figures.get("voters", 0))
    return people


def tellable(sizes: Sequence[int]) -> set[int]:
    """The groups of these sizes of which more than the size may be told.

    What all say less what the groups that are told say is what the others say: where these are few
    together, the smallest of those that could be told is silent with them.
    """
    told = {group for group, size in enumerate(sizes) if size and not are_few(size)}
    untold = sum(size for group, size in enumerate(sizes) if group not in told)
    while told and are_few(untold):
        smallest = min(told, key=lambda group: (sizes[group], -group))
        told.discard(smallest)
        untold += sizes[smallest]
    return told
