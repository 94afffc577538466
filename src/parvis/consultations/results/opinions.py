"""The result of a phase of opinions: from its closed votes alone, so that anybody recomputes it.

`parvis analyse opinions VOTES.csv COMMENTS.csv` on the files of the archive (`archives.votes`)
gives the same groups, to the last bit: same order, same seed, no former state.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from django.db import transaction

from parvis.consultations.enums import ContributionKind, ContributionState, VoteKind
from parvis.consultations.models import ClosedVote, Contribution, Phase, PhaseFigures
from parvis.foundation.freed_space import wipe_freed_space

# The seed that `parvis analyse opinions` takes when none is given.
SEED: Final = 0


def count(phase: Phase) -> dict[str, Any]:
    """The result, as JSON; what placed participants on the live map is destroyed.

    The document of `opinion_figures.documented`, with `items`, each statement, and `seed`.
    """
    from parvis.consultations import opinion_figures
    from parvis.statistics.opinion_groups import opinion_groups

    forget_live_figures(phase)
    votes = list(_votes(phase))
    statements = _statements(phase)
    table = opinion_figures.table_of(
        list(statements),
        [voter for voter, _number, _value in votes],
        [number for _voter, number, _value in votes],
        [value for _voter, _number, value in votes],
        left_out=[number for number, is_in in statements.items() if not is_in],
    )
    found = opinion_groups(table, seed=SEED)
    return {
        **opinion_figures.documented(table, found),
        "seed": SEED,
        "items": opinion_figures.statements_of(table, found),
    }


def _votes(phase: Phase) -> Iterator[tuple[int, int, int]]:
    """Voter, number of the statement, vote."""
    rows = ClosedVote.objects.filter(phase=phase, kind=VoteKind.OPINION)
    yield from (
        rows.order_by("voter", "subject__number")
        .values_list("voter", "subject__number", "value")
        .iterator(chunk_size=5_000)
    )


def _statements(phase: Phase) -> dict[int, bool]:
    """Statements ever published, by number, and whether their votes count: if they still are."""
    rows = Contribution.objects.filter(
        phase=phase, kind=ContributionKind.STATEMENT, published_at__isnull=False
    ).order_by("number")
    return {
        number: state == ContributionState.PUBLISHED
        for number, state in rows.values_list("number", "state")
    }


def forget_live_figures(phase: Phase) -> None:
    """Destroy the figures of the running phase, which name participants by their keys."""
    PhaseFigures.objects.filter(phase=phase).delete()
    transaction.on_commit(partial(wipe_freed_space, PhaseFigures), robust=True)


def shown(phase: Phase) -> dict[str, Any]:
    """What `consultations/results/_opinions.html` reads."""
    from parvis.consultations import opinion_pages

    return opinion_pages.told(phase, phase.result) if phase.result else {}
