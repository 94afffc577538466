"""What is put before somebody next: a statement to judge, two items to compare.

The rule: at random, in proportion to ((1 − p) (1 + 8 × 2^(−S/5)))², where S is how many votes a
thing has and p = (passes + 1) / (S + 4). So what is new is shown forty-five times as often as what
forty people judged, and what nobody can make sense of less. It is the priority of Polis without its
two other factors: neither what people agree on nor what divides them is shown more, since who is
shown what would then sway the result; and with four imagined votes in place of two, which have a
new statement come after one that two people judged. Items to compare go by the same rule, without
passes. Nobody is shown the same thing twice but at a reload.

Each process keeps the counts of a phase for a few seconds. They come from the last figures; if
those are late, from the votes themselves: the rule never rests on counts that nobody makes any
more.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
import orjson
from django.conf import settings
from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone

from parvis.consultations import exposure
from parvis.consultations.enums import ContributionKind, ContributionState, VoteKind
from parvis.consultations.models import Contribution, Phase, PhaseFigures, Vote

BOARD_SECONDS = 10.0
FIGURES_ARE_LATE = timedelta(minutes=5)
NEW = 8.0
HALVED_BY = 5.0
# Votes, of which one passes, that everything is taken to have beside its own.
IMAGINED = 4
# Something taken off since the counts were read is drawn again; so many times in a row is bad luck.
TRIES = 5
MOST_KEPT = 50

# Asked after each vote: written once, since composing a question costs several times its answer.
_GIVEN = f"""
    SELECT subject_id, other FROM {Vote._meta.db_table}
    WHERE participant_id = %s AND phase_id = %s AND kind = %s
"""  # noqa: S608 – the name of our own table
_PUBLISHED = f"""
    SELECT id, number, text, translations FROM {Contribution._meta.db_table}
    WHERE phase_id = %s AND state = %s AND id IN ({{keys}})
"""  # noqa: S608 – the name of our own table

_secure = random.SystemRandom()


class Drawn(NamedTuple):
    """What is put before somebody, of a `Contribution`."""

    pk: int
    number: int
    text: str
    translations: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Board:
    """What may be drawn in a phase, by key; its votes, its weight and its class."""

    keys: np.ndarray
    votes: np.ndarray
    weights: np.ndarray
    classes: np.ndarray
    read_at: float

    def places(self, keys: Iterable[int]) -> np.ndarray:
        """Where those keys are on the board, without those that are not."""
        asked = np.array(list(keys), dtype=np.int64)
        if not len(self.keys) or not len(asked):
            return np.zeros(0, dtype=np.int64)
        places = np.minimum(np.searchsorted(self.keys, asked), len(self.keys) - 1)
        found: np.ndarray = places[self.keys[places] == asked]
        return found


def weights(votes: np.ndarray, passes: np.ndarray) -> np.ndarray:
    """The weight of things that so many people judged, so many of them passing."""
    passed = (passes + 1) / (votes + IMAGINED)
    result: np.ndarray = ((1 - passed) * (1 + NEW * 2.0 ** (-votes / HALVED_BY))) ** 2
    return result


def next_statement(
    phase: Phase, voter: int | None, *, rng: random.Random = _secure
) -> Drawn | None:
    """A statement that this person has not judged, or None when there is no other."""
    board = _board(phase, ContributionKind.STATEMENT)
    free = np.ones(len(board.keys), dtype=bool)
    free[board.places(subject for subject, _other in _given(phase, voter, VoteKind.OPINION))] = (
        False
    )
    for _attempt in range(TRIES):
        place = _draw(phase, board, np.flatnonzero(free), rng)
        if place is None:
            return None
        found = _published(phase, [int(board.keys[place])])
        if found:
            exposure.log_shown([found[0].pk])
            return found[0]
        free[place] = False
    return None


def next_pair(
    phase: Phase, voter: int | None, *, rng: random.Random = _secure
) -> tuple[Drawn, Drawn] | None:
    """Two items that this person has not compared, in an order drawn too; None without any."""
    board = _board(phase, ContributionKind.ITEM)
    size = len(board.keys)
    partners: dict[int, set[int]] = {}
    for keys in _given(phase, voter, VoteKind.PREFERENCE):
        places = board.places(keys).tolist()
        if len(places) == 2:
            partners.setdefault(places[0], set()).add(places[1])
            partners.setdefault(places[1], set()).add(places[0])
    gone: set[int] = set()
    for _attempt in range(TRIES):
        open_to = np.array(
            [
                place not in gone and len(partners.get(place, set()) | gone - {place}) < size - 1
                for place in range(size)
            ],
            dtype=bool,
        )
        first = _draw(phase, board, np.flatnonzero(open_to), rng)
        if first is None:
            return None
        others = set(range(size)) - partners.get(first, set()) - gone - {first}
        second = _draw(phase, board, np.array(sorted(others), dtype=np.int64), rng)
        if second is None:
            return None
        pair = _published(phase, [int(board.keys[first]), int(board.keys[second])])
        if len(pair) == 2:
            exposure.log_shown([one.pk for one in pair])
            rng.shuffle(pair)
            return pair[0], pair[1]
        here = {one.pk for one in pair}
        gone |= {place for place in (first, second) if int(board.keys[place]) not in here}
    return None


def _draw(phase: Phase, board: Board, places: np.ndarray, rng: random.Random) -> int | None:
    """One of these places of a board, by their weights."""
    if not len(places):
        return None
    cumulative = np.cumsum(board.weights[places])
    drawn = _place(cumulative, rng.random())
    chances = board.weights[places] / cumulative[-1]
    exposure.log_draw(phase.pk, board.classes[places], chances, drawn)
    return int(places[drawn])


def _place(cumulative: np.ndarray, drawn: float) -> int:
    """Where a number from 0 to 1 falls among weights added up."""
    place = np.searchsorted(cumulative, drawn * cumulative[-1], side="right")
    return min(int(place), len(cumulative) - 1)


def _given(phase: Phase, voter: int | None, kind: VoteKind) -> list[tuple[int, int]]:
    """What somebody voted on already, (subject, other); nothing for nobody."""
    if voter is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN, [voter, phase.pk, kind.value])
        rows: list[tuple[int, int]] = cursor.fetchall()
        return rows


def _published(phase: Phase, keys: list[int]) -> list[Drawn]:
    """Those that are still published, whatever the board says."""
    with connection.cursor() as cursor:
        cursor.execute(
            _PUBLISHED.format(keys=", ".join(["%s"] * len(keys))),
            [phase.pk, ContributionState.PUBLISHED.value, *keys],
        )
        return [
            Drawn(key, number, text, orjson.loads(translations))
            for key, number, text, translations in cursor.fetchall()
        ]


_kept: dict[int, Board] = {}
_keeping = threading.Lock()


def _board(phase: Phase, kind: ContributionKind) -> Board:
    kept = _kept.get(phase.pk)
    seconds = BOARD_SECONDS if settings.COMMITTER_THREADS else 0.0
    if kept is not None and time.monotonic() - kept.read_at < seconds:
        return kept
    made = _read(phase, kind)
    with _keeping:
        if len(_kept) >= MOST_KEPT and phase.pk not in _kept:
            _kept.pop(next(iter(_kept)))
        _kept[phase.pk] = made
    return made


def _read(phase: Phase, kind: ContributionKind) -> Board:
    rows = list(
        Contribution.objects.published()
        .filter(phase=phase, kind=kind)
        .order_by("pk")
        .values_list("pk", "number")
    )
    keys = np.array([key for key, _number in rows], dtype=np.int64)
    counts = _counted(phase, kind, rows)
    judged = np.array([counts.get(key, (0, 0))[0] for key, _number in rows], dtype=np.int64)
    passed = np.array([counts.get(key, (0, 0))[1] for key, _number in rows], dtype=np.int64)
    if kind == ContributionKind.ITEM:
        passed = np.zeros(len(rows), dtype=np.int64)
    return Board(
        keys=keys,
        votes=judged,
        weights=weights(judged, passed),
        classes=exposure.classes_of(judged),
        read_at=time.monotonic(),
    )


def _counted(
    phase: Phase, kind: ContributionKind, rows: list[tuple[int, int]]
) -> dict[int, tuple[int, int]]:
    """Votes and passes by key, from the last figures unless they are late."""
    fresh = timezone.now() - FIGURES_ARE_LATE
    state = (
        PhaseFigures.objects.filter(phase=phase, computed_at__gt=fresh)
        .values_list("state", flat=True)
        .first()
    )
    if state is not None and "counts" in state:
        by_number = {number: (votes, *more) for number, votes, *more in state["counts"]}
        return {
            key: (by_number[number][0], sum(by_number[number][1:]))
            for key, number in rows
            if number in by_number
        }
    if kind == ContributionKind.STATEMENT:
        judged = (
            Vote.objects.filter(phase=phase, kind=VoteKind.OPINION)
            .values_list("subject")
            .annotate(votes=Count("pk"), passes=Count("pk", filter=Q(value=0)))
        )
        return {key: (votes, passes) for key, votes, passes in judged}
    compared: dict[int, tuple[int, int]] = {}
    for field in ("subject", "other"):
        counted = (
            Vote.objects.filter(phase=phase, kind=VoteKind.PREFERENCE)
            .values_list(field)
            .annotate(votes=Count("pk"))
        )
        for key, votes in counted:
            compared[key] = (compared.get(key, (0, 0))[0] + votes, 0)
    return compared
