"""Opening the box of a card: its ballots become what may be shown, and are destroyed.

A card is counted once: a second count, one ballot later, would tell that ballot. Nothing is counted
of fewer people than the threshold.
"""

from __future__ import annotations

import secrets
from collections import Counter
from typing import Any

import numpy as np
from django.db import connection
from django.utils.translation import gettext as _

from parvis.foundation.errors import Conflict
from parvis.live_sessions.enums import RoundState
from parvis.live_sessions.keys import Box
from parvis.live_sessions.models import (
    MAX_TEXT_CHARACTERS,
    LiveBallot,
    LiveRound,
    LiveSession,
    LiveText,
)
from parvis.live_sessions.operations.holding import move
from parvis.live_sessions.operations.voting import read_written
from parvis.live_sessions.session_document import LiveAnswer, LiveCard, folded
from parvis.live_sessions.snapshots import card_of
from parvis.staff_polls.columns import columns_of
from parvis.staff_polls.poll_document import Document
from parvis.staff_polls.release_document import card_tables, told
from parvis.statistics.poll_disclosure import exact_tables
from parvis.statistics.poll_tables import tabulate
from parvis.texts.masking import mask


class TooFew(Conflict):
    """Fewer answers than the threshold: the ballots stay in their box."""

    def __init__(self, threshold: int) -> None:
        super().__init__(
            _(
                "Moins de %(threshold)d réponses : rien ne peut être montré sans qu’on devine qui "
                "a répondu quoi. Rouvrez le vote, ou passez à la carte suivante."
            )
            % {"threshold": threshold}
        )


def count(session: LiveSession, round_: LiveRound) -> None:
    """Count a closed round of a held session, destroy its ballots; saves the round.

    Texts are then to be sorted, the rest is shown. Raise `TooFew`, `KeyMissing`: nothing changed.
    """
    card = card_of(session, round_)
    rows = list(LiveBallot.objects.filter(round=round_).values_list("token", "sealed"))
    if len(rows) < session.threshold:
        raise TooFew(session.threshold)
    # Nothing written from here on follows the order in which they came.
    secrets.SystemRandom().shuffle(rows)
    box = Box(session.key_name)
    answers = [read_written(box.open(bytes(sealed), token=token)) for token, sealed in rows]
    round_.tables = _tables(session, card, answers)
    if card.gives_texts:
        _keep_texts(round_, answers)
        move(round_, RoundState.SORTING)
    else:
        move(round_, RoundState.SHOWN)
    round_.save(update_fields=["state", "tables"])
    erase_ballots(round_)


def erase_ballots(round_: LiveRound) -> None:
    if connection.vendor == "sqlite":
        # Freed pages are overwritten, not only marked free.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")
    LiveBallot.objects.filter(round=round_).delete()


def _tables(session: LiveSession, card: LiveCard, answers: list[LiveAnswer]) -> dict[str, Any]:
    if card.gives_texts:
        people = max(session.expected, len(answers))
        return {"answers": told(len(answers), people, session.threshold)}
    columns = columns_of(Document((card.card,)))
    table = columns.tabulated([{card.key: answer} for answer in answers])  # type: ignore[dict-item]
    everybody = np.zeros(len(table), dtype=np.int64)
    counts = tabulate(table, everybody, options=columns.options, n_groups=1)[:, 0]
    exact = exact_tables(counts, cards=columns.card_of)
    made = card_tables(
        columns, counts, made=[True] * columns.options.size, exact=exact.tolist(), release=1
    )
    return made[card.key]


def _keep_texts(round_: LiveRound, answers: list[LiveAnswer]) -> None:
    """Write the texts down, each once however it was spelt, the names and numbers in it masked."""
    spelt: dict[str, Counter[str]] = {}
    for answer in answers:
        for text in map(str, answer if isinstance(answer, list) else [answer]):
            # A mask may be longer than what it hides.
            masked = mask(text)[:MAX_TEXT_CHARACTERS]
            spelt.setdefault(folded(masked), Counter())[masked] += 1
    kept = [
        LiveText(
            organisation_id=round_.organisation_id,
            round=round_,
            # The spelling most used; of equals, the first of the alphabet.
            text=min(spellings, key=lambda one: (-spellings[one], one)),
            times=spellings.total(),
        )
        for spellings in spelt.values()
    ]
    LiveText.objects.bulk_create(kept, batch_size=500)
