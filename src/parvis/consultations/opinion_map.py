"""The figures of a running phase of opinions, as pages read them: kept by each process until new.

The document is small; what places people on the map is not, and is read once an update.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from parvis.consultations.models import Phase, PhaseFigures
from parvis.statistics.opinion_votes import ENOUGH_VOTES

# Phases whose figures a process keeps.
MOST_KEPT = 20


@dataclass(frozen=True, slots=True)
class OpinionMap:
    """What was last computed. Statements are named by their number, people by their key."""

    computed_at: datetime
    document: Mapping[str, Any]
    # Mean vote of each statement, and its loadings on both axes.
    loadings: Mapping[int, tuple[float, float, float]]
    # Statements that somebody voted on.
    voted: int
    base: Mapping[int, int]
    group_of_base: tuple[int, ...]

    def group_of(self, participant: int) -> int | None:
        """The group of somebody; None for who had not voted enough at the last update."""
        base = self.base.get(participant)
        if base is None or base >= len(self.group_of_base):
            return None
        return self.group_of_base[base]

    def place_of(self, own: Mapping[int, int]) -> tuple[float, float] | None:
        """Where votes {number: value} stand on the map; None if the map knows none of them.

        As `statistics.opinion_space.positions`: projection × √(statements / votes cast).
        """
        x = y = 0.0
        cast = 0
        for number, value in own.items():
            known = self.loadings.get(number)
            if known is not None:
                mean, first, second = known
                x += (value - mean) * first
                y += (value - mean) * second
                cast += 1
        if not cast:
            return None
        factor = (self.voted / cast) ** 0.5
        return float(x * factor), float(y * factor)


def enough_votes(statements: int) -> int:
    """Votes from which somebody has a place on the map."""
    return max(1, min(ENOUGH_VOTES, statements))


_kept: dict[int, OpinionMap] = {}
_keeping = threading.Lock()


def opinion_map(phase: Phase) -> OpinionMap | None:
    """The map of a phase as last computed; None before the first time."""
    rows = PhaseFigures.objects.filter(phase=phase)
    computed_at = rows.values_list("computed_at", flat=True).first()
    kept = _kept.get(phase.pk)
    if computed_at is None or (kept is not None and kept.computed_at == computed_at):
        return kept if computed_at is not None else None
    figures = rows.first()
    if figures is None or "groups" not in figures.state:
        return None
    made = _read(figures)
    with _keeping:
        if len(_kept) >= MOST_KEPT and phase.pk not in _kept:
            _kept.pop(next(iter(_kept)))
        _kept[phase.pk] = made
    return made


def _read(figures: PhaseFigures) -> OpinionMap:
    state = figures.state["groups"]
    shown = state["shown"]
    return OpinionMap(
        computed_at=figures.computed_at,
        document=figures.document,
        loadings={
            number: (mean, first, second)
            for (number, first, second), mean in zip(
                state["components"], figures.state["means"], strict=True
            )
        },
        voted=sum(1 for _number, votes, _passed in figures.state["counts"] if votes),
        base=dict(state["base"]),
        group_of_base=next(
            (tuple(groups) for number, groups in state["groupings"] if number == shown), ()
        ),
    )
