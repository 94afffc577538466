"""The figures of each card, from its shown table: shares, score, ranks, with their intervals.

A table is exact or coarse (`release_document`). A coarse share has no interval: it is a class, "at
least 90 %", and what is computed from it is given its own limits (`statistics.poll_scores`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parvis.staff_polls.enums import SCORED_KINDS, Agreement, CardKind
from parvis.staff_polls.poll_document import SMILEYS, Card, offered
from parvis.staff_polls.wording import smiley_labels
from parvis.statistics.poll_coarse import BETWEEN, CoarseShares
from parvis.statistics.poll_scores import (
    Estimates,
    coarse_agreement,
    coarse_scores,
    even_places,
    rankings,
    scores,
    shares,
)

Table = Mapping[str, Any]
IntArray = NDArray[np.int64]

_WITH_SCORE = (*SCORED_KINDS, CardKind.GUESS)


@dataclass(frozen=True, slots=True)
class Figure:
    """An estimate from 0 to 100 and the limits of its 95 % interval."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class OptionShare:
    """How much of the answers an option has; for a ranking, how high the item stands (100 = first).

    Attributes
    ----------
    percent : float
    lower, upper : float or None
        None together = the table is coarse.
    end : int
        What a coarse `percent` is: `AT_MOST`, `BETWEEN` (about) or `AT_LEAST`.
    """

    label: str
    percent: float
    lower: float | None = None
    upper: float | None = None
    end: int = BETWEEN


@dataclass(frozen=True, slots=True)
class CardFigures:
    """What is shown of a card.

    Attributes
    ----------
    answers : int
        Rounded down if the table is coarse.
    release : int
        Number of the release that made the table.
    options : tuple of OptionShare
        In the order of the card; those of a ranking by their score, the highest first.
    score : Figure or None
        0–100 for the scored kinds and for guesses (ten times the mean guess); None for others, and
        where nobody gave an opinion.
    """

    card: Card
    answers: int
    release: int
    is_exact: bool
    options: tuple[OptionShare, ...]
    score: Figure | None


def card_figures(card: Card, table: Table, *, eligible: int) -> CardFigures:
    """Figures of a card's table among `eligible` people."""
    if "counts" not in table:
        return coarse_figures(card, [table], [eligible])[0]
    people = max(eligible, int(table["answers"]))
    score = None
    if card.kind in _WITH_SCORE:
        score = figures_of(scores(table["counts"], _places(card), people))[0]
    return _figures(card, table, _exact_options(card, table["counts"], people), score)


def coarse_figures(
    card: Card, tables: Sequence[Table], eligible: Sequence[int]
) -> list[CardFigures]:
    """Figures of coarse tables of one card, each among its number of people; at least one table.

    All together: a poll has two thousand tables of groups.
    """
    pairs = np.array([table["shares"] for table in tables], dtype=np.int64)
    answers = np.array([table["answers"] for table in tables], dtype=np.int64)[:, np.newaxis]
    people = np.maximum(np.asarray(eligible, dtype=np.int64)[:, np.newaxis], answers)
    shown = CoarseShares(pairs[..., 0], pairs[..., 1], np.broadcast_to(answers, pairs.shape[:-2]))
    found: Sequence[Figure | None] = [None] * len(tables)
    if card.kind == CardKind.AGREE:
        found = figures_of(coarse_agreement(shown, people))
    elif card.kind in _WITH_SCORE:
        found = figures_of(coarse_scores(shown, _places(card), people))
    return [
        _figures(card, table, options, score)
        for table, options, score in zip(
            tables, _coarse_options(card, pairs, shown, people), found, strict=True
        )
    ]


def figures_of(found: Estimates) -> list[Figure | None]:
    """Estimates as plain numbers, in their order; None where there is none."""
    estimate = np.ravel(found.estimate)
    # Rounding of floats must not put an estimate outside of its own interval.
    lower = np.minimum(np.ravel(found.lower), estimate)
    upper = np.maximum(np.ravel(found.upper), estimate)
    limits = np.clip([estimate, lower, upper], 0.0, 100.0).T.tolist()
    return [None if isnan(row[0]) else Figure(*row) for row in limits]


def option_labels(card: Card) -> list[str]:
    """What each option of a card is called, in its order."""
    if card.kind == CardKind.AGREE:
        return [str(label) for label in Agreement.labels]
    if card.kind == CardKind.SMILEY:
        return smiley_labels()
    if card.kind in (CardKind.SLIDER, CardKind.GUESS):
        return [str(value) for value in offered(card)]
    return [option.text for option in card.options]


def _places(card: Card) -> np.ndarray:
    """Places of a card's options on 0–100; NaN for "I do not know"."""
    if card.kind == CardKind.AGREE:
        return np.array([0.0, 100.0, np.nan])
    return even_places([SMILEYS if card.kind == CardKind.SMILEY else len(offered(card))])[0]


def _figures(
    card: Card, table: Table, options: tuple[OptionShare, ...], score: Figure | None
) -> CardFigures:
    return CardFigures(
        card=card,
        answers=int(table["answers"]),
        release=int(table.get("release", 0)),
        is_exact="counts" in table,
        options=options,
        score=score,
    )


def _exact_options(card: Card, counts: Any, people: int) -> tuple[OptionShare, ...]:
    labels = option_labels(card)
    if card.kind == CardKind.RANKING:
        return _ranked(labels, figures_of(rankings(counts, people)))
    found = figures_of(shares(counts, people))
    # A card of several choices has a row an option: unticked, ticked.
    own = found[1::2] if card.kind == CardKind.MULTIPLE else found
    return _told(labels, own)


def _coarse_options(
    card: Card, pairs: IntArray, shown: CoarseShares, people: IntArray
) -> Iterator[tuple[OptionShare, ...]]:
    """The options of each table; `pairs` has the shape (n_tables, n_columns, n_options, 2)."""
    labels = option_labels(card)
    if card.kind == CardKind.RANKING:
        places = even_places([len(labels)])[0][::-1]
        found = figures_of(coarse_scores(shown, places, people))
        for start in range(0, len(found), len(labels)):
            yield _ranked(labels, found[start : start + len(labels)])
        return
    own = pairs[:, :, 1] if card.kind == CardKind.MULTIPLE else pairs[:, 0]
    for row in own.tolist():
        yield tuple(
            OptionShare(label, float(percent), end=end)
            for label, (percent, end) in zip(labels, row, strict=True)
        )


def _ranked(labels: list[str], found: Sequence[Figure | None]) -> tuple[OptionShare, ...]:
    return tuple(sorted(_told(labels, found), key=lambda item: -item.percent))


def _told(labels: list[str], found: Sequence[Figure | None]) -> tuple[OptionShare, ...]:
    return tuple(
        OptionShare(label, figure.estimate, figure.lower, figure.upper)
        for label, figure in zip(labels, found, strict=True)
        if figure is not None
    )
