"""Figures of a running phase, made again after new votes: groups, ranking of items, mean notes.

They are made again once `FEWEST_PEOPLE` people at least gave, changed or took back a vote since
those that are shown: what two of them differ by is never what fewer people said. Pages and the
archive show these and no others. A computation that took long waits ten times as long, so that the
worker has time for everything else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Count, F, Max, Sum
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.consultations import disclosure, pair_figures
from parvis.consultations.enums import (
    ConsultationState,
    ContributionKind,
    ContributionState,
    PhaseKind,
    VoteKind,
)
from parvis.consultations.models import Contribution, Phase, PhaseFigures, Vote
from parvis.consultations.operations.holding import share_running
from parvis.consultations.results import projects
from parvis.foundation.errors import Conflict

_KINDS: Mapping[str, tuple[VoteKind, ContributionKind]] = {
    PhaseKind.OPINIONS: (VoteKind.OPINION, ContributionKind.STATEMENT),
    PhaseKind.PAIRS: (VoteKind.PREFERENCE, ContributionKind.ITEM),
    PhaseKind.PROJECT: (VoteKind.JUDGEMENT, ContributionKind.CRITERION),
    PhaseKind.EVALUATION: (VoteKind.JUDGEMENT, ContributionKind.CRITERION),
}
REST = 10


def followed_phases() -> list[Phase]:
    """The phases whose figures are followed now."""
    now = timezone.now()
    running = Phase.objects.filter(
        kind__in=list(_KINDS),
        opens_at__lte=now,
        closes_at__gt=now,
        closed_at__isnull=True,
        consultation__state=ConsultationState.OPEN,
    )
    return list(running.select_related("consultation").order_by("pk"))


def follow(phase: Phase) -> bool:
    """Compute the figures of a phase anew if enough people changed them; whether they were."""
    with scopes_disabled():
        former: PhaseFigures | None = PhaseFigures.objects.filter(phase=phase).first()
        mark = _mark(phase)
        if former is not None and (former.state.get("mark") == mark or _rests(former)):
            return False
        if former is not None and _would_tell_of_few(phase, former):
            return False
        begun = time.monotonic()
        document, following = _COMPUTE[phase.kind](phase, former.state if former else {})
        # What everybody voted is marked after it was counted: a vote that came in between is told
        # by the next figures, and does not help to make them.
        voted = [[who, *marks] for who, marks in _voted(phase).items()]
        following |= {"mark": mark, "voted": voted, "seconds": time.monotonic() - begun}
        return _keep(phase, document, following, votes=mark[0])


def _rests(former: PhaseFigures) -> bool:
    rest = timedelta(seconds=REST * former.state.get("seconds", 0))
    return timezone.now() < former.computed_at + rest


def _would_tell_of_few(phase: Phase, former: PhaseFigures) -> bool:
    """Whether new figures would differ from those shown by what a few people changed."""
    people = disclosure.people_of(former.document)
    if people == 0 or disclosure.are_few(people):
        return False  # nothing of them is shown
    before = {who: tuple(marks) for who, *marks in former.state.get("voted", ())}
    now = _voted(phase)
    changed = sum(before.get(who) != now.get(who) for who in before.keys() | now.keys())
    return disclosure.are_few(changed) or changed == 0


def _voted(phase: Phase) -> dict[int, tuple[int, ...]]:
    """Numbers, by participant, that change with most changes of their votes."""
    vote_kind, _kind = _KINDS[phase.kind]
    rows = (
        Vote.objects.filter(phase=phase, kind=vote_kind)
        .order_by()
        .values_list("participant")
        .annotate(number=Count("pk"), values=Sum("value"), what=Sum(F("value") * F("subject_id")))
    )
    return {who: tuple(map(int, marks)) for who, *marks in rows.iterator(chunk_size=5_000)}


def _mark(phase: Phase) -> list[int]:
    """Numbers that change with any vote, and with any contribution published or taken off."""
    vote_kind, kind = _KINDS[phase.kind]
    votes = Vote.objects.filter(phase=phase, kind=vote_kind).aggregate(
        number=Count("pk"),
        values=Sum("value"),
        what=Sum(F("value") * F("subject_id")),
        who=Sum(F("value") * F("participant_id")),
    )
    published = Contribution.objects.published().filter(phase=phase, kind=kind)
    texts = published.aggregate(number=Count("pk"), keys=Sum("pk"), last=Max("pk"))
    return [int(value or 0) for value in (*votes.values(), *texts.values())]


def _keep(phase: Phase, document: dict[str, Any], state: dict[str, Any], *, votes: int) -> bool:
    """Store figures unless the phase closed meanwhile: its last figures go with its ballots."""
    with transaction.atomic():
        try:
            held = share_running(phase)
        except Conflict:
            return False
        PhaseFigures.objects.update_or_create(
            phase=held,
            defaults={
                "organisation_id": held.organisation_id,
                "document": document,
                "state": state,
                "computed_at": timezone.now(),
                "votes": votes,
            },
        )
    return True


def _opinions(phase: Phase, former: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    # SciPy takes longer to import than a page to answer: only who computes waits for it.
    from parvis.consultations import opinion_figures
    from parvis.statistics.opinion_groups import GroupState, opinion_groups

    numbers = dict(
        Contribution.objects.published()
        .filter(phase=phase, kind=ContributionKind.STATEMENT)
        .values_list("pk", "number")
    )
    votes = np.array(
        list(
            Vote.objects.filter(
                phase=phase, kind=VoteKind.OPINION, subject__state=ContributionState.PUBLISHED
            ).values_list("participant", "subject", "value")
        ),
        dtype=np.int64,
    ).reshape(-1, 3)
    keys = np.array(sorted(numbers), dtype=np.int64)
    # A statement published between both questions has votes and no number yet.
    votes = votes[np.isin(votes[:, 1], keys)]
    by_key = np.array([numbers[key] for key in keys.tolist()], dtype=np.int64)
    statement = by_key[np.searchsorted(keys, votes[:, 1])] if len(keys) else votes[:, 1]
    table = opinion_figures.table_of(list(numbers.values()), votes[:, 0], statement, votes[:, 2])
    groups = former.get("groups")
    found = opinion_groups(
        table,
        seed=opinion_figures.live_seed(phase),
        former=GroupState.from_content(groups) if groups else None,
    )
    passed = np.bincount(table.columns[table.values == 0], minlength=len(table.statements))
    agreed = np.bincount(table.columns[table.values == 1], minlength=len(table.statements))
    disagreed = table.votes_by_statement - agreed - passed
    counts = zip(table.statements, table.votes_by_statement.tolist(), passed.tolist(), strict=True)
    totals = zip(
        table.statements, agreed.tolist(), disagreed.tolist(), passed.tolist(), strict=True
    )
    return opinion_figures.documented(table, found), {
        "groups": found.state.as_content(),
        "means": found.space.means.tolist(),
        "counts": [list(row) for row in counts],
        "totals": [list(row) for row in totals],
    }


def _pairs(phase: Phase, _former: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    items = list(
        Contribution.objects.published()
        .filter(phase=phase, kind=ContributionKind.ITEM)
        .order_by("number")
        .values_list("pk", "number")
    )
    votes = Vote.objects.filter(phase=phase, kind=VoteKind.PREFERENCE).values_list(
        "participant", "subject", "other", "value"
    )
    comparisons = pair_figures.compared(dict(items), list(votes))
    document = pair_figures.documented([number for _pk, number in items], comparisons)
    return document, {"counts": comparisons.counts(), "totals": comparisons.totals()}


def _judgements(phase: Phase, _former: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    return projects.live(phase), {}


_COMPUTE: Mapping[str, Callable[..., tuple[dict[str, Any], dict[str, Any]]]] = {
    PhaseKind.OPINIONS: _opinions,
    PhaseKind.PAIRS: _pairs,
    PhaseKind.PROJECT: _judgements,
    PhaseKind.EVALUATION: _judgements,
}
