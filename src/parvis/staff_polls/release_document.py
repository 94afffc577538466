"""What a release shows, and nothing else: every page, file and measure is computed from it.

```
{"eligible": 120, "ballots": 85,                       # rounded down; 0 = too few to be told
 "cards": {"proud": {"release": 2, "answers": 80, "counts": [[12, 60, 8]]},
           "calm":  {"release": 1, "answers": 60, "shares": [[[90, 1], [10, -1], [10, -1]]]}},
 "groups": [{"number": 1, "name": "…", "eligible": 30, "ballots": 25,
             "cards": {"proud": {"answers": 20, "shares": [[[15, 0], [75, 0], [10, -1]]]}}}],
 "sentences": {"wish": 14, "": 12}}                    # how many shown; "" = of all cards
```
A card has one row of figures a column (`columns`). Exact `counts`, or coarse `shares`: the per
cent, and whether it is at most (−1), about (0) or at least (1) that. `release` is the number of the
release that made the table. A card or a group's card that is absent has too few answers to be
shown. `groups` and `sentences` exist at the close only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from parvis.staff_polls.columns import Columns, IntArray
from parvis.staff_polls.models import PollGroup
from parvis.statistics.poll_coarse import coarse_shares, shown_participation

Tables = dict[str, Any]


def card_tables(
    columns: Columns,
    counts: IntArray,
    *,
    made: Sequence[bool],
    exact: Sequence[bool],
    release: int,
) -> dict[str, Tables]:
    """The whole body's table of each card of which one is `made` in this release.

    Parameters
    ----------
    columns : Columns
    counts : ndarray of int, shape (n_columns, n_options)
        Of the ballots that entered.
    made, exact : sequence of bool, one a column
        Whether this release makes its table, and as counts rather than coarse shares.
    release : int
    """
    tables: dict[str, Tables] = {}
    for rank, card in enumerate(columns.cards):
        span = columns.of_card(rank)
        if not all(made[span]):
            continue
        own = counts[span, : columns.options[span.start]]
        table: Tables = {"release": release, "answers": int(own[0].sum())}
        if all(exact[span]):
            table["counts"] = own.tolist()
        else:
            table.update(coarse(own))
        tables[card.key] = table
    return tables


def group_tables(
    columns: Columns,
    counts: IntArray,
    ballots: IntArray,
    hidden: Any,
    voting: Sequence[PollGroup],
    *,
    threshold: int,
) -> list[Tables]:
    """The coarse tables of each group, of the cards that `hidden` leaves.

    Parameters
    ----------
    columns : Columns
    counts : ndarray of int, shape (n_columns, n_groups, n_options)
    ballots : ndarray of int, shape (n_groups,)
    hidden : ndarray of bool, shape (n_columns, n_groups)
    voting : sequence of PollGroup
        In the order of the counts.
    threshold : int
    """
    cards: list[Tables] = [{} for _group in voting]
    for rank, card in enumerate(columns.cards):
        span = columns.of_card(rank)
        shown = np.flatnonzero(~hidden[span].any(axis=0))
        # All the groups of a card together: they are up to a hundred.
        if shown.size:
            own = counts[span, :, : columns.options[span.start]][:, shown].swapaxes(0, 1)
            for number, table in zip(shown.tolist(), _coarse_each(own), strict=True):
                cards[number][card.key] = table
    return [
        {
            "number": group.number,
            "name": group.name,
            "eligible": group.eligible,
            "ballots": told(number, group.eligible, threshold),
            "cards": own_cards,
        }
        for group, number, own_cards in zip(voting, ballots.tolist(), cards, strict=True)
    ]


def coarse(counts: IntArray) -> Tables:
    """Shares of a card, one row a column, with their number of answers rounded down."""
    return _coarse_each(counts[np.newaxis])[0]


def told(ballots: int, eligible: int, threshold: int) -> int:
    """Participation as it may be told, 0 when it may not."""
    return int(shown_participation([ballots], [max(eligible, ballots)], threshold=threshold)[0])


def _coarse_each(counts: IntArray) -> list[Tables]:
    """The coarse table of each group; `counts` has the shape (n_groups, n_columns, n_options)."""
    found = coarse_shares(counts)
    pairs = np.stack([found.percent, found.end], axis=-1)
    return [
        {"answers": int(answers[0]), "shares": shares.tolist()}
        for answers, shares in zip(found.answers, pairs, strict=True)
    ]
