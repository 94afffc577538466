"""What became of an idea: merged, split, into what and from what, who wrote it, who followed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from parvis.consultations.enums import ContributionState, ModerationAct, VoteKind
from parvis.consultations.models import ClosedVote, Contribution, ModerationDecision, Vote

# A merged idea that is merged again, and so on: more than anybody does.
MOST_STEPS = 50


@dataclass(frozen=True, slots=True)
class Step:
    """Another contribution of the same story. `at` and `words` are of the act; null = not told.

    `stayed`: supports of a merged idea that did not follow it.
    """

    contribution: Contribution
    at: datetime | None
    words: str
    stayed: int = 0


@dataclass(frozen=True, slots=True)
class Trace:
    """The story of one contribution, each list in the order it happened."""

    merged_from: tuple[Step, ...] = ()
    # Where it lives on now, at the end of the chain; None = itself.
    merged_into: Step | None = None
    split_from: Step | None = None
    parts: tuple[Step, ...] = ()
    # Names displayed by those who wrote it and what was merged into it, without doubles.
    co_authors: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.merged_from or self.merged_into or self.split_from or self.parts)

    @property
    def stayed(self) -> int:
        """Supports of the ideas merged into it that did not follow."""
        return sum(step.stayed for step in self.merged_from)


def end_of(contribution: Contribution) -> Contribution:
    """Where a merged contribution lives on: the one at the end of the chain, or itself."""
    return chain_of(contribution)[-1]


def chain_of(contribution: Contribution) -> list[Contribution]:
    """Itself, what it was merged into, and so on to where it lives on."""
    chain = [contribution]
    seen = {contribution.pk}
    while chain[-1].state == ContributionState.MERGED and chain[-1].merged_into_id:
        following: Contribution | None = (
            Contribution.objects.select_related("phase__consultation")
            .filter(pk=chain[-1].merged_into_id)
            .first()
        )
        if following is None or following.pk in seen:
            break
        seen.add(following.pk)
        chain.append(following)
    return chain


def merged_into(contribution: Contribution) -> list[Contribution]:
    """Everything merged into it, directly or through others, the oldest number first."""
    found: dict[int, Contribution] = {}
    level = [contribution.pk]
    for _step in range(MOST_STEPS):
        rows = (
            Contribution.objects.filter(merged_into__in=level, state=ContributionState.MERGED)
            .exclude(pk__in=found)
            .select_related("author", "phase")
        )
        level = []
        for row in rows:
            found[row.pk] = row
            level.append(row.pk)
        if not level:
            break
    return sorted(found.values(), key=lambda one: one.number)


def trace_of(contribution: Contribution) -> Trace:
    """The story of a contribution anybody may read: two to eight queries."""
    sources = merged_into(contribution)
    end = end_of(contribution)
    origin = contribution.split_from
    parts: Sequence[Contribution] = ()
    if contribution.state == ContributionState.SPLIT:
        parts = list(
            Contribution.objects.public()
            .filter(split_from=contribution)
            .select_related("phase")
            .order_by("number")
        )
    merges = _acts([contribution, *sources], ModerationAct.MERGED)
    splits = _acts([one for one in (contribution, origin) if one is not None], ModerationAct.SPLIT)
    stayed = _stayed(sources, contribution)
    return Trace(
        merged_from=tuple(_step(one, merges.get(one.pk), stayed.get(one.pk, 0)) for one in sources),
        merged_into=None if end.pk == contribution.pk else _step(end, merges.get(contribution.pk)),
        split_from=None if origin is None else _step(origin, splits.get(origin.pk)),
        parts=tuple(_step(one, splits.get(contribution.pk)) for one in parts),
        co_authors=tuple(
            dict.fromkeys(
                one.author.display_name
                for one in (contribution, *sources)
                if one.author is not None and one.author.display_name
            )
        ),
    )


def _step(contribution: Contribution, decision: ModerationDecision | None, stayed: int = 0) -> Step:
    return Step(
        contribution,
        decision.at if decision else None,
        decision.words if decision else "",
        stayed,
    )


def _acts(
    contributions: Sequence[Contribution], act: ModerationAct
) -> dict[int, ModerationDecision]:
    """The last decision of that act on each."""
    rows = ModerationDecision.objects.filter(contribution__in=contributions, act=act)
    return {row.contribution_id: row for row in rows.order_by("pk")}


def _stayed(sources: Sequence[Contribution], target: Contribution) -> dict[int, int]:
    """Supports left on each source by people who do not support the target.

    People are participants; once the consultation is closed, numbers drawn at random.
    """
    if not sources:
        return {}
    keys = [target.pk, *(source.pk for source in sources)]
    given = {"kind": VoteKind.SUPPORT, "value": 1, "subject__in": keys}
    rows = list(Vote.objects.filter(**given).values_list("subject", "participant"))
    rows += ClosedVote.objects.filter(**given).values_list("subject", "voter")
    followed = {who for subject, who in rows if subject == target.pk}
    left: dict[int, int] = {}
    for subject, who in rows:
        if subject != target.pk:
            left[subject] = left.get(subject, 0) + (who not in followed)
    return left
