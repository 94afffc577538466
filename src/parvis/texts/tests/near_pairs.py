"""How well near-duplicates are told apart, on pairs of ideas written and labelled for it.

`data/near_ideas.csv`: `part` is "whole" for a title and an explanation, as ideas are, or "title"
for one sentence against a paraphrase that avoids its words; `same` is 1 when both ask for the same
thing, 0 when they only share a place or a subject. Every pair of 0 is a trap, none is drawn at
random.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from parvis.texts.similarity import NEAR_FROM, TextIndex

FILE = Path(__file__).parent / "data" / "near_ideas.csv"
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Pair:
    part: str
    first: str
    second: str
    same: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """Of labelled pairs: what is called near and is, what is and is called so; `found`: how often
    the idea meant is among the five shown to whoever writes the other."""

    pairs: int
    precision: float
    recall: float
    found: float


def labelled_pairs() -> list[Pair]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        return [
            Pair(row["part"], row["first"], row["second"], row["same"] == "1")
            for row in csv.DictReader(lines)
        ]


def figures(pairs: Sequence[Pair], index: TextIndex, places: dict[str, int]) -> Figures:
    near = [
        (float(index.scores(pair.second)[places[pair.first]]) >= NEAR_FROM, pair.same)
        for pair in pairs
    ]
    right = sum(called and same for called, same in near)
    same = [pair for pair in pairs if pair.same]
    return Figures(
        pairs=len(pairs),
        precision=right / max(1, sum(called for called, _same in near)),
        recall=right / len(same),
        found=sum(_among_the_shown(pair, index, places) for pair in same) / len(same),
    )


def whole_index(pairs: Sequence[Pair]) -> tuple[TextIndex, dict[str, int]]:
    """Every text of the pairs in one index, and its place there."""
    texts = list(dict.fromkeys(text for pair in pairs for text in (pair.first, pair.second)))
    return TextIndex(enumerate(texts)), {text: place for place, text in enumerate(texts)}


def near_by_chance(pairs: Sequence[Pair], index: TextIndex, places: dict[str, int]) -> float:
    """Share of the pairs of texts that nobody labelled and that are called near all the same."""
    scores = np.array([index.scores(text) for text in places])
    labelled = {frozenset((places[pair.first], places[pair.second])) for pair in pairs}
    others = [
        pair for pair in combinations(range(len(places)), 2) if frozenset(pair) not in labelled
    ]
    return float(np.mean([scores[one, other] >= NEAR_FROM for one, other in others]))


def _among_the_shown(pair: Pair, index: TextIndex, places: dict[str, int]) -> bool:
    near = index.nearest(pair.second, at_most=SHOWN + 1, at_least=0)
    keys = [one.key for one in near if one.key != places[pair.second]][:SHOWN]
    return places[pair.first] in keys
