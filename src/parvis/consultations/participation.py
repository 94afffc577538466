"""How many take part, and how they were verified: totals, never a date, never who.

No date of a vote is kept, so there is no curve by day; figures are computed at most twice a minute.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, Q
from django.utils.translation import get_language

from parvis.consultations.disclosure import are_few
from parvis.consultations.enums import INTERACTIVE, ContributionKind, Proof, SheetState
from parvis.consultations.models import (
    ClosedVote,
    Consultation,
    Contribution,
    PaperSheet,
    Participant,
    Phase,
    Vote,
)
from parvis.consultations.told import told

KEPT_SECONDS = 30
REPLIES = frozenset(
    {
        ContributionKind.ARGUMENT_FOR,
        ContributionKind.ARGUMENT_AGAINST,
        ContributionKind.CONDITION,
        ContributionKind.COMMENT,
    }
)


@dataclass(frozen=True, slots=True)
class PhaseParticipation:
    """`voters` distinct people who voted; `votes` what they said and has not been taken back."""

    position: int
    title: str
    voters: int
    votes: int
    # Published: ideas, statements, projects… and what is said of them.
    contributions: int
    replies: int

    @property
    def is_few(self) -> bool:
        """Whether so few people voted that it is told in words."""
        return are_few(self.voters)


@dataclass(frozen=True, slots=True)
class Participation:
    """`people` took part in one phase at least; `proofs` says how many were verified how."""

    people: int
    # (label, number of people), the most used first.
    proofs: tuple[tuple[str, int], ...]
    # Sheets counted, in part at least; sheets that two people found void.
    on_paper: int
    void_sheets: int
    phases: tuple[PhaseParticipation, ...]

    @property
    def is_few(self) -> bool:
        """Whether so few people take part that it is told in words."""
        return are_few(self.people)


def participation(consultation: Consultation) -> Participation:
    """The figures as they were at most thirty seconds ago, in the language of the page."""
    language = get_language() or ""
    key = f"consultation-participation:{consultation.reference}:{consultation.state}:{language}"
    found: Participation | None = cache.get(key)
    if found is None:
        found = compute(consultation)
        cache.set(key, found, KEPT_SECONDS)
    return found


def compute(consultation: Consultation) -> Participation:
    """The figures as they are now."""
    numbers: dict[str, int] = dict(
        Participant.objects.filter(consultation=consultation)
        .values_list("proof")
        .annotate(number=Count("pk"))
    )
    proofs = sorted(numbers.items(), key=lambda pair: (-pair[1], pair[0]))
    phases = [phase for phase in consultation.phases.all() if phase.kind in INTERACTIVE]
    sheets: dict[str, int] = dict(
        PaperSheet.objects.filter(phase__consultation=consultation)
        .values_list("state")
        .annotate(number=Count("pk"))
    )
    return Participation(
        people=sum(numbers.values()),
        proofs=tuple((str(Proof(proof).label), number) for proof, number in proofs),
        on_paper=sheets.get(SheetState.COUNTED, 0) + sheets.get(SheetState.PARTLY, 0),
        void_sheets=sheets.get(SheetState.VOID, 0),
        phases=tuple(_of_phase(phase) for phase in phases),
    )


def _of_phase(phase: Phase) -> PhaseParticipation:
    open_votes = Vote.objects.filter(phase=phase).aggregate(
        votes=Count("pk"), voters=Count("participant", distinct=True)
    )
    closed = ClosedVote.objects.filter(phase=phase).count()
    written = Contribution.objects.published().filter(phase=phase)
    counted = written.aggregate(replies=Count("pk", filter=Q(kind__in=REPLIES)), all=Count("pk"))
    return PhaseParticipation(
        position=phase.position,
        title=told(phase, "title"),
        voters=phase.participants if phase.closed_at else open_votes["voters"],
        votes=open_votes["votes"] + closed,
        contributions=counted["all"] - counted["replies"],
        replies=counted["replies"],
    )
