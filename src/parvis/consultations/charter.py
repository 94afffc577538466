"""What the public charter tells of moderation: how many published, refused, contested, reversed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from parvis.consultations.enums import ContributionState, ModerationAct, ModerationReason
from parvis.consultations.models import Consultation, Contribution, ModerationDecision


@dataclass(frozen=True, slots=True)
class ReasonFigures:
    """Of one reason of the charter, since the opening."""

    reason: ModerationReason
    refused: int
    appealed: int
    reversed: int


@dataclass(frozen=True, slots=True)
class CharterFigures:
    """Contributions of the public: published now; decisions taken, by reason."""

    published: int
    reasons: tuple[ReasonFigures, ...]

    @property
    def refused(self) -> int:
        return sum(one.refused for one in self.reasons)

    @property
    def appealed(self) -> int:
        return sum(one.appealed for one in self.reasons)

    @property
    def reversed(self) -> int:
        return sum(one.reversed for one in self.reasons)


def charter_figures(consultation: Consultation) -> CharterFigures:
    """Counted from the decisions: an appeal keeps the reason it contests."""
    counted = {
        (act, reason): number
        for act, reason, number in ModerationDecision.objects.filter(
            contribution__phase__consultation=consultation
        )
        .exclude(reason="")
        .order_by()
        .values_list("act", "reason")
        .annotate(number=Count("pk"))
    }
    return CharterFigures(
        published=Contribution.objects.filter(
            phase__consultation=consultation,
            state__in=[
                ContributionState.PUBLISHED,
                ContributionState.MERGED,
                ContributionState.SPLIT,
            ],
            author__isnull=False,
        ).count(),
        reasons=tuple(
            ReasonFigures(
                reason,
                counted.get((ModerationAct.REFUSED, reason), 0),
                counted.get((ModerationAct.APPEALED, reason), 0),
                counted.get((ModerationAct.REVERSED, reason), 0),
            )
            for reason in ModerationReason
        ),
    )
