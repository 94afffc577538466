"""The result of a phase of comparisons by pairs: Bradley–Terry on its closed votes.

`parvis analyse pairs VOTES.csv` on the file of the archive (`archives.votes`) gives the same
scores.
"""

from __future__ import annotations

from typing import Any

from parvis.consultations.enums import ContributionKind, VoteKind
from parvis.consultations.models import ClosedVote, Contribution, Phase
from parvis.consultations.pair_figures import Comparisons, compared, counted
from parvis.consultations.results.opinions import forget_live_figures


def count(phase: Phase) -> dict[str, Any]:
    """The result, as JSON: `pair_figures.counted`."""
    forget_live_figures(phase)
    return counted(list(_items(phase).values()), _comparisons(phase))


def _items(phase: Phase) -> dict[int, int]:
    published = Contribution.objects.published().filter(phase=phase, kind=ContributionKind.ITEM)
    return dict(published.order_by("number").values_list("pk", "number"))


def _comparisons(phase: Phase) -> Comparisons:
    votes = ClosedVote.objects.filter(phase=phase, kind=VoteKind.PREFERENCE)
    rows = votes.order_by("voter", "subject", "other")
    return compared(_items(phase), rows.values_list("voter", "subject", "other", "value"))


def shown(phase: Phase) -> dict[str, Any]:
    """What `consultations/results/_pairs.html` reads."""
    from parvis.consultations import pair_pages

    return pair_pages.told(phase, phase.result) if phase.result else {}
