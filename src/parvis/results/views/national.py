"""National figures, for anybody: after the last wave, outside any embargo, nobody identifiable."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from parvis.accounts.requests import OpenRequest
from parvis.editions.permissions import access_edition
from parvis.foundation.access import public
from parvis.organisations.enums import Stratum, WiderGroup
from parvis.organisations.strata import wider_group_of
from parvis.questionnaires.enums import Channel
from parvis.results import wording
from parvis.results.comparisons import EVERYBODY, OVERALL, Cell, Comparisons, channel_measure
from parvis.results.permissions import PublicFigures, public_figures


@public
@require_safe
def national(request: OpenRequest, slug: str) -> HttpResponse:
    """Means of all participants, by channel and by stratum, or why they do not show yet."""
    edition = access_edition(request.hat, slug)
    figures = public_figures(edition, edition.day_of(timezone.now()))
    context = {
        "edition": edition,
        "is_simulated": edition.is_simulated,
        "reasons": figures.reasons,
        "shown": False,
    }
    if figures.publication is not None:
        comparisons = Comparisons(figures.publication.comparisons)
        by_group = _by_group(comparisons, figures)
        context |= {
            "shown": figures.shows_everybody or bool(by_group),
            "publication": figures.publication,
            "participants": comparisons.participants() if figures.shows_everybody else None,
            "overall": comparisons.everybody(OVERALL) if figures.shows_everybody else None,
            "channels": _by_channel(comparisons) if figures.shows_everybody else [],
            "groups": by_group,
        }
    return render(request, "results/national.html", context)


def _by_channel(comparisons: Comparisons) -> list[tuple[str, Cell]]:
    cells = ((channel, comparisons.everybody(channel_measure(channel))) for channel in Channel)
    return [(str(channel.label), cell) for channel, cell in cells if cell is not None]


def _by_group(comparisons: Comparisons, figures: PublicFigures) -> list[tuple[str, Cell]]:
    """The groups whose mean may be shown and that no embargo keeps back, in the usual order."""
    cells = comparisons.groups(OVERALL)
    return [
        (wording.group_label(group), cells[group])
        for group in [*WiderGroup.values, *Stratum.values]
        if group in cells and group != EVERYBODY and not _withheld(group, figures)
    ]


def _withheld(group: str, figures: PublicFigures) -> bool:
    if group in WiderGroup.values:
        return any(wider_group_of(stratum) == group for stratum in figures.withheld)
    return Stratum(group) in figures.withheld
