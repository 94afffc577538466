"""`parvis analyse pairs`: one score and one rank for each item compared two by two."""

from __future__ import annotations

from array import array
from typing import Final

import numpy as np

from parvis.analyse.composite import Item
from parvis.analyse.errors import InputError, quote
from parvis.analyse.messages import Message
from parvis.analyse.named_rows import NamedRows
from parvis.analyse.vote_files import natural_order
from parvis.statistics.pair_ranking import MOST_ITEMS, bradley_terry, win_rates
from parvis.statistics.ranks import competition_ranks

BRADLEY_TERRY, WIN_RATE = "bradley-terry", "win-rate"
WINNER, LOSER = "winner", "loser"
# Scores are found to 9 digits and more.
TIE_DIGITS: Final = 9


def analyse_pairs(path: str, method: str) -> list[Item]:
    """Score and rank the items of VOTES.csv, in the order of their identifiers.

    Raises
    ------
    InputError
        Unreadable or malformed file, a missing column, no row, an empty identifier, an item
        compared with itself, more items than Bradley–Terry takes.
    """
    rows = NamedRows(path, needed=(WINNER, LOSER))
    places = rows.position(WINNER), rows.position(LOSER)
    numbers: dict[str, int] = {}
    winner, loser = array("q"), array("q")
    for line, cells in rows:
        won, lost = (cells[place] for place in places)
        if not won or not lost:
            field = LOSER if won else WINNER
            raise InputError(Message.ID_EMPTY, file=path, line=line, field=field)
        if won == lost:
            raise InputError(Message.COMPARED_WITH_ITSELF, file=path, line=line, id=quote(won))
        winner.append(numbers.setdefault(won, len(numbers)))
        loser.append(numbers.setdefault(lost, len(numbers)))
    if not winner:
        raise InputError(Message.CSV_NO_ROW, file=path)
    if method == BRADLEY_TERRY and len(numbers) > MOST_ITEMS:
        raise InputError(Message.ITEMS_TOO_MANY, file=path, found=len(numbers), most=MOST_ITEMS)
    # In the order of the identifiers: the last bits of a score follow the order of the items, and
    # the same rows in another order are the same votes.
    names = sorted(numbers, key=natural_order)
    place = np.empty(len(names), dtype=np.int64)
    place[[numbers[name] for name in names]] = np.arange(len(names))
    scored = bradley_terry if method == BRADLEY_TERRY else win_rates
    scores = scored(len(names), place[np.asarray(winner)], place[np.asarray(loser)])
    ranks = competition_ranks(scores, tie_digits=TIE_DIGITS)
    return [
        Item(name, float(score), int(rank))
        for name, score, rank in zip(names, scores, ranks, strict=True)
    ]
