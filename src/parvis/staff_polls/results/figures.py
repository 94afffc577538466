"""The figures of each card, from its shown table: shares, score, ranks, with their intervals.

A table is exact or coarse (`release_document`). A coarse share has no interval: it is a class, "at
least 90 %", and what is computed from it is given its own limits (`statistics.poll_scores`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

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
    people = max(eligible, int(table["answers"]))
    return CardFigures(
        card=card,
        answers=int(table["answers"]),
        release=int(table.get("release", 0)),
        is_exact="counts" in table,
        options=_options(card, table, people),
        score=score_of(card, table, eligible=eligible),
    )


def score_of(card: Card, table: Table, *, eligible: int) -> Figure | None:
    """The score of a scored card or of a guess; None for other kinds, or without any opinion."""
    if card.kind not in (*SCORED_KINDS, CardKind.GUESS):
        return None
    people = max(eligible, int(table["answers"]))
    if "counts" in table:
        found = scores(table["counts"], _places(card), people)
    elif card.kind == CardKind.AGREE:
        found = coarse_agreement(_coarse(table), people)
    else:
        found = coarse_scores(_coarse(table), _places(card), people)
    return figure_at(found, 0)


def figure_at(found: Estimates, place: int) -> Figure | None:
    """One of the estimates as plain numbers; None where there is none."""
    estimate = float(np.ravel(found.estimate)[place])
    if np.isnan(estimate):
        return None
    # Rounding of floats must not put an estimate outside of its own interval.
    lower = min(float(np.ravel(found.lower)[place]), estimate)
    upper = max(float(np.ravel(found.upper)[place]), estimate)
    return Figure(min(max(estimate, 0.0), 100.0), max(lower, 0.0), min(upper, 100.0))


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


def _options(card: Card, table: Table, people: int) -> tuple[OptionShare, ...]:
    labels = option_labels(card)
    if card.kind == CardKind.RANKING:
        return _ranked(labels, table, people)
    # A card of several choices has a row an option: unticked, ticked.
    several = card.kind == CardKind.MULTIPLE
    if "counts" in table:
        found = shares(table["counts"], people)
        figures = [
            figure_at(found, 2 * place + 1 if several else place) for place in range(len(labels))
        ]
        return tuple(
            OptionShare(label, figure.estimate, figure.lower, figure.upper)
            for label, figure in zip(labels, figures, strict=True)
            if figure is not None
        )
    rows = table["shares"]
    pairs = [row[1] for row in rows] if several else rows[0]
    return tuple(
        OptionShare(label, float(percent), end=int(end))
        for label, (percent, end) in zip(labels, pairs, strict=True)
    )


def _ranked(labels: list[str], table: Table, people: int) -> tuple[OptionShare, ...]:
    if "counts" in table:
        found = rankings(table["counts"], people)
    else:
        found = coarse_scores(_coarse(table), even_places([len(labels)])[0][::-1], people)
    items = []
    for place, label in enumerate(labels):
        figure = figure_at(found, place)
        if figure is not None:
            items.append(OptionShare(label, figure.estimate, figure.lower, figure.upper))
    return tuple(sorted(items, key=lambda item: -item.percent))


def _coarse(table: Table) -> CoarseShares:
    """The shown shares of a card as the statistics take them, one row a column."""
    pairs = np.array(table["shares"], dtype=np.int64)
    answers = np.full(len(pairs), int(table["answers"]), dtype=np.int64)
    return CoarseShares(pairs[..., 0], pairs[..., 1], answers)
