"""Consultations that are over, for the tests of what comes after."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.accounts.models import Person
from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations import keys
from parvis.consultations.archives.building import build
from parvis.consultations.archives.files import root
from parvis.consultations.enums import (
    ConsultationState,
    ContributionKind,
    PhaseKind,
    Proof,
    VoteKind,
)
from parvis.consultations.models import Consultation, Contribution, Participant, Phase, Vote
from parvis.consultations.operations.closing import close_consultation, close_phase
from parvis.consultations.operations.publishing import publish_result
from parvis.consultations.phase_settings import BudgetSettings, Settings, written_settings
from parvis.consultations.tests.factories import (
    ConsultationFactory,
    ContributionFactory,
    PhaseFactory,
    written,
)


def several_phases(kinds: Mapping[str, Settings | None]) -> tuple[Consultation, dict[str, Phase]]:
    """A public consultation with a running phase of each kind, in that order."""
    with scopes_disabled():
        consultation = ConsultationFactory.create(opened=True)
        keys.make(consultation)
        phases = {
            kind: PhaseFactory.create(
                consultation=consultation,
                kind=kind,
                settings=written_settings(settings) if settings else {},
            )
            for kind, settings in kinds.items()
        }
    return consultation, phases


def crowd(consultation: Consultation, count: int) -> list[Participant]:
    """So many people who take part."""
    with scopes_disabled():
        return Participant.objects.bulk_create(
            Participant(
                organisation_id=consultation.organisation_id,
                consultation=consultation,
                identity=f"{consultation.pk}-{number}",
                proof=Proof.DEVICE,
            )
            for number in range(count)
        )


def cast(phase: Phase, kind: str, rows: list[tuple[Participant, Contribution, int, int]]) -> None:
    """Votes (who, subject, other, value), as the committer would write them."""
    with scopes_disabled():
        Vote.objects.bulk_create(
            Vote(
                organisation_id=phase.organisation_id,
                phase=phase,
                participant=who,
                kind=kind,
                subject=subject,
                other=other,
                value=value,
            )
            for who, subject, other, value in rows
        )


def opinions_given(phase: Phase, people: list[Participant], statements: int = 10) -> None:
    """Two camps of opinion, with some noise; one statement that nobody voted on."""
    drawn = random.Random(7)
    made = written(
        phase, ContributionKind.STATEMENT, *(f"Affirmation {n}" for n in range(statements + 1))
    )
    rows = [
        (who, statement, 0, _side(drawn, rank, place))
        for rank, who in enumerate(people)
        for place, statement in enumerate(made[:-1])
    ]
    cast(phase, VoteKind.OPINION, rows)


def _side(drawn: random.Random, rank: int, place: int) -> int:
    camp = 1 if rank % 2 else -1
    return drawn.choices([camp if place % 3 else -camp, 0, -camp], [8, 1, 1])[0]


def pairs_given(phase: Phase, people: list[Participant]) -> None:
    drawn = random.Random(8)
    items = written(phase, ContributionKind.ITEM, "Vélo", "Bus", "Marche", "Train")
    rows = []
    for who in people:
        first, second = sorted(drawn.sample(items, 2), key=lambda one: one.pk)
        rows.append((who, first, second.pk, drawn.choice([1, 1, -1, 0])))
    cast(phase, VoteKind.PREFERENCE, rows)


def judgements_given(phase: Phase, people: list[Participant]) -> None:
    drawn = random.Random(9)
    criteria = written(phase, ContributionKind.CRITERION, "Utilité", "Coût")
    cast(
        phase,
        VoteKind.JUDGEMENT,
        [(who, one, 0, drawn.randrange(5)) for who in people for one in criteria],
    )


def budget_given(phase: Phase, people: list[Participant]) -> list[Contribution]:
    drawn = random.Random(10)
    with scopes_disabled():
        projects = [
            ContributionFactory.create(
                phase=phase, kind=ContributionKind.PROJECT, cost_euros=cost, title=f"Projet {cost}"
            )
            for cost in (10_000, 25_000, 40_000, 60_000)
        ]
    cast(
        phase,
        VoteKind.ALLOCATION,
        [(who, one, 0, 1) for who in people for one in drawn.sample(projects, 2)],
    )
    return projects


EVERYTHING: Mapping[str, Settings | None] = {
    PhaseKind.IDEAS: None,
    PhaseKind.PROJECT: None,
    PhaseKind.OPINIONS: None,
    PhaseKind.PAIRS: None,
    PhaseKind.BUDGET: BudgetSettings(),
}


def whole_consultation(voters: int) -> tuple[Consultation, dict[str, Phase]]:
    """A consultation with a phase of each kind, all voted on by the same people, running."""
    consultation, phases = several_phases(EVERYTHING)
    people = crowd(consultation, voters)
    opinions_given(phases[PhaseKind.OPINIONS], people)
    pairs_given(phases[PhaseKind.PAIRS], people)
    judgements_given(phases[PhaseKind.PROJECT], people)
    budget_given(phases[PhaseKind.BUDGET], people)
    return consultation, phases


def over(consultation: Consultation) -> Consultation:
    """Its phases are at their end, counted, and it is closed."""
    with scopes_disabled():
        ended = timezone.now() - timedelta(minutes=1)
        Phase.objects.filter(consultation=consultation).update(closes_at=ended)
        for phase in consultation.phases.all():
            close_phase(phase=phase)
        closed = close_consultation(consultation=consultation)
    assert closed.state == ConsultationState.CLOSED
    return closed


def published(consultation: Consultation, by: Person | None = None) -> Consultation:
    """Over, and its result published."""
    with scopes_disabled():
        return publish_result(
            consultation=over(consultation),
            conclusion="La ville plante deux cents arbres.\n\nLe reste attendra le budget suivant.",
            by=by or PersonFactory.create(),
        )


def archive_files(consultation: Consultation) -> dict[str, bytes]:
    """The files of a fresh archive, by their names."""
    path = root() / f"test-{random.getrandbits(64):x}.zip"
    try:
        build(consultation.pk, path)
        content = path.read_bytes()
    finally:
        path.unlink(missing_ok=True)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}
