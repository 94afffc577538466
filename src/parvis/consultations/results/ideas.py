"""The result of a phase of ideas: which were supported, by how many, by theme.

Counted from the supports themselves: of participants while they may change them, of numbers drawn
at random once the consultation is closed.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Count

from parvis.consultations.disclosure import are_few
from parvis.consultations.enums import ContributionKind, ContributionState, VoteKind
from parvis.consultations.idea_cards import ideas_settings
from parvis.consultations.models import ClosedVote, Contribution, Phase, Vote

# Ideas in the ranking; the list of the phase has them all, in the same order.
MOST_RANKED = 100
_PUBLIC = [ContributionState.PUBLISHED, ContributionState.MERGED, ContributionState.SPLIT]


def count(phase: Phase) -> dict[str, Any]:
    """The result, as JSON.

    `ideas`: the most supported, of each "number", "title", "theme" (a code or empty), "supports",
    "rank" (the same for the same supports). `themes`: "code", "label", "ideas", "supports".
    `participants`: who supported or wrote; null once that is cut from who they were.
    """
    cut = ClosedVote.objects.filter(phase=phase, kind=VoteKind.SUPPORT)
    given = Vote.objects.filter(phase=phase, kind=VoteKind.SUPPORT, value=1)
    is_cut = cut.exists()
    votes: Any = cut if is_cut else given
    supports: dict[int, int] = dict(
        votes.values_list("subject").annotate(number=Count("pk")).order_by()
    )
    written = Contribution.objects.filter(phase=phase, kind=ContributionKind.IDEA)
    published = list(
        written.published().values("pk", "number", "title", "theme").order_by("number")
    )
    authors = set(
        written.filter(state__in=_PUBLIC, author__isnull=False).values_list("author", flat=True)
    )
    voter = "voter" if is_cut else "participant"
    supporters = set(votes.values_list(voter, flat=True))
    ranked = sorted(published, key=lambda one: (-supports.get(one["pk"], 0), one["number"]))
    return {
        "ideas": _ranking(ranked[:MOST_RANKED], supports),
        "themes": _themes(phase, published, supports),
        "published": len(published),
        "supports": sum(supports.get(one["pk"], 0) for one in published),
        "supporters": len(supporters),
        "authors": len(authors),
        "participants": None if is_cut else len(authors | supporters),
    }


def shown(phase: Phase) -> dict[str, Any]:
    """What the template of the result reads: the count as it is now.

    Ideas may still be merged or split after the phase: their supports are counted again. Each idea
    tells its supports to everybody from the first one on; who gave them is told as few where it is.
    """
    counted = count(phase)
    if counted["participants"] is None:
        counted["participants"] = phase.result.get("participants")
    counted["few_supporters"] = are_few(counted["supporters"])
    counted["few_participants"] = are_few(counted["participants"] or 0)
    counted["phase"] = phase
    return counted


def _ranking(ideas: list[dict[str, Any]], supports: dict[int, int]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for place, one in enumerate(ideas, start=1):
        number = supports.get(one["pk"], 0)
        same = bool(rows) and rows[-1]["supports"] == number
        rows.append(
            {
                "rank": rows[-1]["rank"] if same else place,
                "number": one["number"],
                "title": one["title"],
                "theme": one["theme"],
                "supports": number,
            }
        )
    return rows


def _themes(
    phase: Phase, ideas: list[dict[str, Any]], supports: dict[int, int]
) -> list[dict[str, Any]]:
    held: Counter[str] = Counter(one["theme"] for one in ideas)
    given: Counter[str] = Counter()
    for one in ideas:
        given[one["theme"]] += supports.get(one["pk"], 0)
    labels = {choice.code: choice.label for choice in ideas_settings(phase).themes}
    return [
        {"code": code, "label": label, "ideas": held[code], "supports": given[code]}
        for code, label in labels.items()
    ]
