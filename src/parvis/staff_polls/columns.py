"""Answers of ballots as the columns that `statistics.poll_tables` counts.

A card of one number is a column; a card of several choices has one column an option (0 unticked,
1 ticked), a ranking one an option (its place, from 0). Sentences are in none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parvis.staff_polls.enums import CardKind
from parvis.staff_polls.poll_document import Answers, Card, Document, offered

NO_ANSWER = -1
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Columns:
    """How the cards of a document lie in the columns.

    Attributes
    ----------
    cards : tuple of Card
        Those that have columns, in their order.
    starts : tuple of int
        First column of each card.
    options : ndarray of int, shape (n_columns,)
    card_of : ndarray of int, shape (n_columns,)
        Rank, among `cards`, of the card of each column.
    """

    cards: tuple[Card, ...]
    starts: tuple[int, ...]
    options: IntArray
    card_of: IntArray

    def of_card(self, rank: int) -> slice:
        return slice(self.starts[rank], self.starts[rank] + width(self.cards[rank]))

    def tabulated(self, ballots: Sequence[Answers]) -> IntArray:
        """The answers of each ballot; shape (n_ballots, n_columns)."""
        table = np.full((len(ballots), self.options.size), NO_ANSWER, dtype=np.int64)
        for rank, card in enumerate(self.cards):
            read = _reader(card)
            rows = [row for row, answers in enumerate(ballots) if card.key in answers]
            if rows:
                table[rows, self.of_card(rank)] = [read(ballots[row][card.key]) for row in rows]
        return table


def columns_of(document: Document) -> Columns:
    cards = tuple(card for card in document.cards if card.kind != CardKind.SENTENCE)
    widths = [width(card) for card in cards]
    starts = np.concatenate([[0], np.cumsum(widths)])[:-1].astype(int)
    return Columns(
        cards,
        tuple(starts.tolist()),
        np.repeat([_options(card) for card in cards], widths).astype(np.int64),
        np.repeat(np.arange(len(cards)), widths).astype(np.int64),
    )


def width(card: Card) -> int:
    """Columns of a card."""
    return len(card.options) if card.kind in (CardKind.MULTIPLE, CardKind.RANKING) else 1


def _reader(card: Card) -> Callable[[Any], Sequence[int]]:
    """What turns an answer to a card into what its columns hold.

    Made once a card: a poll has half a million answers.
    """
    codes = card.codes
    if card.kind == CardKind.MULTIPLE:
        return lambda answer: [code in answer for code in codes]
    if card.kind == CardKind.RANKING:
        return lambda answer: [answer.index(code) for code in codes]
    places = {value: (place,) for place, value in enumerate(offered(card))}
    return places.__getitem__


def _options(card: Card) -> int:
    if card.kind == CardKind.MULTIPLE:
        return 2
    return len(card.options) if card.kind == CardKind.RANKING else len(offered(card))
