"""Plain cards ready to be taken, in French, and the poll proposed to who starts from nothing.

A card taken keeps its key: two polls, one of which repeats the other, compare it. Guess cards that
name an instrument bear one stage, channel or determinant at most: measures have no more.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from parvis.staff_polls.poll_document import Card, read_document

FILE = Path(__file__).parent / "data" / "card_library.json"

# Nine short cards: about three minutes for an agent, with the two figures everybody wonders about.
_PROPOSED = (
    "fierte",
    "devinette-telephone",
    "attente-telephone",
    "accueil-courtois",
    "bonne-personne",
    "reponse-claire",
    "manque-repondre",
    "devinette-satisfaction",
    "une-chose",
)


@cache
def library() -> tuple[Card, ...]:
    """Every card of the library, in the order of a citizen's journey."""
    return read_cards(_raw())


def read_cards(raw: list[dict[str, Any]]) -> tuple[Card, ...]:
    """More cards than one poll may have, each read as a poll's own."""
    return tuple(read_document({"cards": [card]}).cards[0] for card in raw)


def matching(**wanted: str) -> list[Card]:
    """Cards whose `stage`, `channel`, `determinant` and `kind` are those wanted; "" = any."""
    return [
        card
        for card in library()
        if all(not value or getattr(card, name) == value for name, value in wanted.items())
    ]


def cards_named(keys: Iterable[str]) -> list[dict[str, Any]]:
    """The cards of these keys as a document holds them, in the order of the keys."""
    known = {card["key"]: card for card in _raw()}
    return [copy.deepcopy(known[key]) for key in keys if key in known]


def proposed_document() -> dict[str, Any]:
    return {"cards": cards_named(_PROPOSED)}


@cache
def _raw() -> list[dict[str, Any]]:
    cards: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return cards
