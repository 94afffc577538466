"""A phase of opinions while it runs: figures made again after new votes, the next statement.

    python -m bench.opinion_update [--postgresql URL]

The update reads the votes, computes groups from the former state and stores what pages show; the
next statement is chosen for somebody of 30,000 who judged fifty of 10,000.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from bench.consultation_installation import open_phase
from bench.databases import analyse, milliseconds, on_both_databases, report
from bench.opinion_groups import draw

UPDATED = (2_000, 100, 30_000)
NEW_VOTES = 1_000
UPDATES = 20
ROUTED = (30_000, 10_000, 500_000)
CHOICES = 400


def filled(people: int, statements: int, votes: int) -> tuple[Any, list[tuple[int, int, int]]]:
    """A phase with so many votes, and as many again at most for later."""
    from parvis.consultations.models import Contribution, Participant, Phase

    opened = open_phase(people, statements)
    phase = Phase.objects.select_related("consultation").get(
        consultation__code=opened["code"], position=opened["phase"]
    )
    keys = list(
        Contribution.objects.filter(phase=phase).order_by("pk").values_list("pk", flat=True)
    )
    voters = list(
        Participant.objects.filter(consultation=phase.consultation)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    more = NEW_VOTES * UPDATES
    person, statement, vote = draw(people, statements, votes + more)
    rows = [
        (voters[who], keys[what], value)
        for who, what, value in zip(person.tolist(), statement.tolist(), vote.tolist(), strict=True)
    ]
    store(phase, rows[:votes])
    return phase, rows[votes:]


def store(phase: Any, rows: list[tuple[int, int, int]]) -> None:
    from parvis.consultations.enums import VoteKind
    from parvis.consultations.models import Vote

    Vote.objects.bulk_create(
        (
            Vote(
                organisation_id=phase.organisation_id,
                phase=phase,
                participant_id=who,
                kind=VoteKind.OPINION,
                subject_id=what,
                value=value,
            )
            for who, what, value in rows
        ),
        batch_size=2_000,
    )


def measure(label: str) -> None:
    from django.conf import settings
    from django_scopes import scopes_disabled

    # Counts of a phase are kept for some seconds, as in service.
    settings.COMMITTER_THREADS = True
    with scopes_disabled():
        measure_updates(label)
        measure_choices(label)


def measure_updates(label: str) -> None:
    from parvis.consultations.models import PhaseFigures
    from parvis.consultations.operations.following import follow

    phase, later = filled(*UPDATED)
    analyse()
    follow(phase)
    spent = []
    for update in range(UPDATES):
        store(phase, later[update * NEW_VOTES : (update + 1) * NEW_VOTES])
        figures = PhaseFigures.objects.get(phase=phase)
        # A computation rests ten times as long as it took: not here.
        PhaseFigures.objects.update(state={**figures.state, "seconds": 0})
        spent.append(milliseconds(made(lambda: follow(phase))))
    report(label, "update of 30,000 votes", spent)


def made(act: Callable[[], bool]) -> Callable[[], None]:
    def acted() -> None:
        if not act():
            raise SystemExit("nothing was computed")

    return acted


def measure_choices(label: str) -> None:
    from parvis.consultations.models import Participant
    from parvis.consultations.operations.following import follow
    from parvis.consultations.routing import next_statement

    phase, _later = filled(*ROUTED)
    analyse()
    follow(phase)
    voters = list(
        Participant.objects.filter(consultation=phase.consultation).values_list("pk", flat=True)
    )
    rng = random.Random(7)
    spent = [
        milliseconds(lambda: next_statement(phase, rng.choice(voters)))
        for _choice in range(CHOICES)
    ]
    report(label, "next statement", spent)


if __name__ == "__main__":
    on_both_databases((__doc__ or "").splitlines()[0], measure)
