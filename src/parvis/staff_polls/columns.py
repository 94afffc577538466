"""Answers of ballots as the columns that `statistics.poll_tables` counts.

A card of one number is a column; a card of several choices has one column an option (0 unticked,
1 ticked), a ranking one an option (its place, from 0). Sentences are in none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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

    def tabulated(self, ballots: Iterable[Answers]) -> IntArray:
        """The answers of each ballot; shape (n_ballots, n_columns).

        Ballots are taken one at a time, and none is kept: they may come from a generator.
        """
        keys = [card.key for card in self.cards]
        patterns = [_Patterns(card) for card in self.cards]
        places = [
            [
                pattern[tuple(answer) if type(answer) is list else answer]
                for pattern, answer in zip(patterns, map(answers.get, keys), strict=True)
            ]
            for answers in ballots
        ]
        met = np.array(places, dtype=np.int64).reshape(len(places), len(patterns))
        table = np.empty((len(places), self.options.size), dtype=np.int64)
        for rank, pattern in enumerate(patterns):
            table[:, self.of_card(rank)] = np.array(pattern.rows)[met[:, rank]]
        return table


class _Patterns(dict[Any, int]):
    """The distinct answers met for a card, each with its place in `rows`: what its columns hold.

    A poll has half a million answers, few of which differ: each is read once. None = no answer; a
    list is looked up as a tuple.
    """

    def __init__(self, card: Card) -> None:
        super().__init__({None: 0})
        self._read = _reader(card)
        self.rows: list[Sequence[int]] = [[NO_ANSWER] * width(card)]

    def __missing__(self, answer: Any) -> int:
        self.rows.append(self._read(answer))
        self[answer] = place = len(self.rows) - 1
        return place


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
    """What turns an answer to a card into what its columns hold."""
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
