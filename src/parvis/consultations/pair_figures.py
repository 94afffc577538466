"""What a phase of comparisons by pairs shows: the share of them that each item won, or its chance.

While it runs, the smoothed win rate, which follows each vote; at the close, the strength of Bradley
and Terry, in which beating a strong item counts for more. Items are named by their number.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from parvis.statistics.intervals import wilson_interval
from parvis.statistics.pair_ranking import bradley_terry, win_rates
from parvis.statistics.ranks import competition_ranks

# As `parvis analyse pairs`: scores are found to 9 digits and more.
TIE_DIGITS = 9
# Fewer comparisons of an item say nothing of its rank yet.
FEWEST_COMPARISONS = 5


@dataclass(slots=True)
class Comparisons:
    """Numbers of the item preferred and of the other one, a comparison each; and those left open.

    `people` is how many people compared something.
    """

    winner: array[int] = field(default_factory=lambda: array("q"))
    loser: array[int] = field(default_factory=lambda: array("q"))
    open: list[tuple[int, int]] = field(default_factory=list)
    people: int = 0

    def counts(self) -> list[list[int]]:
        """How often each item was compared, [number, times]; those left open included."""
        counted: dict[int, int] = {}
        sides = [self.winner, self.loser, *zip(*self.open, strict=True)]
        for side in sides:
            for number in side:
                counted[number] = counted.get(number, 0) + 1
        return [list(pair) for pair in sorted(counted.items())]

    def totals(self) -> list[list[int]]:
        """Of each item compared: [number, times preferred, times not, times left open]."""
        found: dict[int, list[int]] = {}
        open_to = [number for pair in self.open for number in pair]
        for place, side in enumerate((self.winner, self.loser, open_to)):
            for number in side:
                found.setdefault(number, [0, 0, 0])[place] += 1
        return [[number, *times] for number, times in sorted(found.items())]


def compared(numbers: Mapping[int, int], votes: Iterable[tuple[int, int, int, int]]) -> Comparisons:
    """The comparisons of votes (voter, subject, other, value) on the items {key: number}."""
    found = Comparisons()
    people = set()
    for voter, subject, other, value in votes:
        first, second = numbers.get(subject), numbers.get(other)
        if first is None or second is None:
            continue
        people.add(voter)
        if value == 0:
            found.open.append((first, second))
            continue
        preferred, beaten = (first, second) if value > 0 else (second, first)
        found.winner.append(preferred)
        found.loser.append(beaten)
    found.people = len(people)
    return found


def documented(items: Sequence[int], comparisons: Comparisons) -> dict[str, Any]:
    """What a page shows while the phase runs: items by their smoothed win rate, as JSON."""
    place = {number: rank for rank, number in enumerate(items)}
    winner = [place[number] for number in comparisons.winner]
    loser = [place[number] for number in comparisons.loser]
    rates = win_rates(len(items), winner, loser)
    return _document(items, comparisons, winner, loser, rates)


def counted(items: Sequence[int], comparisons: Comparisons) -> dict[str, Any]:
    """The result: items by Bradley–Terry, those never compared without a score.

    Scores are those of `parvis analyse pairs` on the same votes, to the last bit: in both, items
    follow the order of their numbers.
    """
    winner, loser = np.asarray(comparisons.winner), np.asarray(comparisons.loser)
    met = np.union1d(winner, loser).astype(np.int64)
    scores = bradley_terry(met.size, np.searchsorted(met, winner), np.searchsorted(met, loser))
    place = {number: rank for rank, number in enumerate(items)}
    all_scores = np.full(len(items), np.nan)
    for number, score in zip(met.tolist(), scores, strict=True):
        all_scores[place[number]] = score
    return _document(
        items,
        comparisons,
        [place[number] for number in comparisons.winner],
        [place[number] for number in comparisons.loser],
        all_scores,
    )


def _document(
    items: Sequence[int],
    comparisons: Comparisons,
    winner: Sequence[int],
    loser: Sequence[int],
    scores: np.ndarray,
) -> dict[str, Any]:
    wins = np.bincount(winner, minlength=len(items)) if winner else np.zeros(len(items), int)
    lost = np.bincount(loser, minlength=len(items)) if loser else np.zeros(len(items), int)
    times = wins + lost
    lower, upper = wilson_interval(wins, times)
    known = ~np.isnan(scores) & (times > 0)
    ranks = np.zeros(len(items), dtype=np.int64)
    if known.any():
        ranks[known] = competition_ranks(scores[known], tie_digits=TIE_DIGITS)
    rows = [
        {
            "number": number,
            "score": float(scores[place]) if known[place] else None,
            "rank": int(ranks[place]) or None,
            "wins": int(wins[place]),
            "comparisons": int(times[place]),
            "low": float(lower[place]),
            "high": float(upper[place]),
            "enough": bool(times[place] >= FEWEST_COMPARISONS),
        }
        for place, number in enumerate(items)
    ]
    return {
        "people": comparisons.people,
        "comparisons": len(comparisons.winner),
        "left_open": len(comparisons.open),
        "items": sorted(rows, key=lambda row: (row["rank"] or len(rows) + 1, row["number"])),
    }
