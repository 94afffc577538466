"""The result of a phase of opinions: from its closed votes alone, so that anybody recomputes it.

`votes_rows` and `comments_rows` are the files of the archive; `parvis analyse opinions VOTES.csv
COMMENTS.csv` on them gives the same groups, to the last bit: same order, same seed, no former
state.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from django.db import transaction

from parvis.consultations.enums import ContributionKind, ContributionState, VoteKind
from parvis.consultations.models import ClosedVote, Contribution, Phase, PhaseFigures
from parvis.foundation.freed_space import wipe_freed_space

VOTES_COLUMNS: Final = ("voter-id", "comment-id", "vote")
COMMENTS_COLUMNS: Final = ("comment-id", "agrees", "disagrees", "moderated", "comment-body")
# The seed that `parvis analyse opinions` takes when none is given.
SEED: Final = 0
PUBLISHED, MODERATED_OUT = 1, -1


def votes_rows(phase: Phase) -> Iterator[tuple[int, int, int]]:
    """Voter, number of the statement, vote: the rows of VOTES.csv (`VOTES_COLUMNS`)."""
    rows = ClosedVote.objects.filter(phase=phase, kind=VoteKind.OPINION)
    yield from (
        rows.order_by("voter", "subject__number")
        .values_list("voter", "subject__number", "value")
        .iterator(chunk_size=5_000)
    )


def comments_rows(phase: Phase) -> Iterator[tuple[int, int, int, int, str]]:
    """The rows of COMMENTS.csv (`COMMENTS_COLUMNS`): statements that were ever published.

    The text of one that is not published any more is left out; so are its votes from the groups.
    """
    counted: dict[tuple[int, int], int] = {}
    for _voter, number, value in votes_rows(phase):
        counted[number, value] = counted.get((number, value), 0) + 1
    statements = Contribution.objects.filter(
        phase=phase, kind=ContributionKind.STATEMENT, published_at__isnull=False
    ).order_by("number")
    for number, state, text in statements.values_list("number", "state", "text"):
        is_in = state == ContributionState.PUBLISHED
        yield (
            number,
            counted.get((number, 1), 0),
            counted.get((number, -1), 0),
            PUBLISHED if is_in else MODERATED_OUT,
            text if is_in else "",
        )


def count(phase: Phase) -> dict[str, Any]:
    """The result, as JSON; what placed participants on the live map is destroyed.

    The document of `opinion_figures.documented`, with `items`, each statement, and `seed`.
    """
    from parvis.consultations import opinion_figures
    from parvis.statistics.opinion_groups import opinion_groups

    forget_live_figures(phase)
    votes = list(votes_rows(phase))
    comments = list(comments_rows(phase))
    table = opinion_figures.table_of(
        [row[0] for row in comments],
        [voter for voter, _number, _value in votes],
        [number for _voter, number, _value in votes],
        [value for _voter, _number, value in votes],
        left_out=[row[0] for row in comments if row[3] == MODERATED_OUT],
    )
    found = opinion_groups(table, seed=SEED)
    return {
        **opinion_figures.documented(table, found),
        "seed": SEED,
        "items": opinion_figures.statements_of(table, found),
    }


def forget_live_figures(phase: Phase) -> None:
    """Destroy the figures of the running phase, which name participants by their keys."""
    PhaseFigures.objects.filter(phase=phase).delete()
    transaction.on_commit(partial(wipe_freed_space, PhaseFigures), robust=True)


def shown(phase: Phase) -> dict[str, Any]:
    """What `consultations/results/_opinions.html` reads."""
    from parvis.consultations import opinion_pages

    return opinion_pages.told(phase, phase.result) if phase.result else {}
