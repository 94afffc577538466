"""The results card by card, as the page, the report and the files lay them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from parvis.documents.charts import Chart
from parvis.documents.charts.scale import interval, whole
from parvis.staff_polls.enums import CardKind
from parvis.staff_polls.results import charts
from parvis.staff_polls.results.comparing import Change
from parvis.staff_polls.results.figures import CardFigures
from parvis.staff_polls.results.findings import gap_words
from parvis.staff_polls.results.page import GroupResults, PollResults
from parvis.staff_polls.results.wording import (
    card_in_short,
    points,
    release_words,
    share_words,
)


@dataclass(frozen=True, slots=True)
class OptionRow:
    label: str
    share: str
    # Empty for a coarse share, which has none.
    interval: str


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group's figure in words; `figure` empty = too few answers, for whatever reason."""

    name: str
    figure: str
    # Rounded down.
    answers: int | None


@dataclass(frozen=True, slots=True)
class CardView:
    """One card: its finding, its chart or its table, its change, its groups."""

    figures: CardFigures
    title: str
    chart: Chart | None
    options: Sequence[OptionRow]
    groups: Sequence[GroupRow]
    # Empty where there is nothing of the kind to say.
    gap: str = ""
    change: str = ""
    shown_when: str = ""

    @property
    def is_ranking(self) -> bool:
        return self.figures.card.kind == CardKind.RANKING

    @property
    def has_intervals(self) -> bool:
        return any(row.interval for row in self.options)


def card_views(results: PollResults) -> list[CardView]:
    """Every card that is shown, in its order."""
    found = []
    for card in results.cards:
        change = results.change_of(card.card.key)
        guess = results.guess_of(card.card.key)
        found.append(
            CardView(
                figures=card,
                title=charts.card_title(card),
                chart=charts.option_chart(card),
                options=option_rows(card),
                groups=group_rows(card.card.key, results.groups),
                gap="" if guess is None else gap_words(guess),
                change="" if change is None else change_in_words(change),
                shown_when=_shown_when(card, results),
            )
        )
    return found


def option_rows(card: CardFigures) -> list[OptionRow]:
    return [
        OptionRow(
            option.label,
            whole(option.percent) if card.card.kind == CardKind.RANKING else share_words(option),
            "" if option.lower is None else interval(option.lower, option.upper),
        )
        for option in card.options
    ]


def group_rows(key: str, groups: Sequence[GroupResults]) -> list[GroupRow]:
    """Each group's figure of a card; none where a single group makes the whole."""
    if len(groups) < 2:
        return []
    rows = []
    for group in groups:
        own = group.cards.get(key)
        rows.append(
            GroupRow(
                group.name,
                "" if own is None else card_in_short(own),
                None if own is None else own.answers,
            )
        )
    return rows


def change_in_words(change: Change) -> str:
    """ "+6 points depuis le sondage précédent (entre 2 et 10) : le changement est sûr."""
    values = {
        "points": points(change.points.estimate),
        "lower": points(change.points.lower),
        "upper": points(change.points.upper),
    }
    if change.is_established:
        return (
            _(
                "%(points)s points depuis le sondage précédent (entre %(lower)s et %(upper)s) : "
                "le changement est sûr."
            )
            % values
        )
    return (
        _(
            "%(points)s points depuis le sondage précédent (entre %(lower)s et %(upper)s) : cela "
            "peut n’être que le hasard."
        )
        % values
    )


def _shown_when(card: CardFigures, results: PollResults) -> str:
    """Which reveal a table is from, unless it is the close's."""
    if card.release == results.release.number and results.is_final:
        return ""
    return release_words(card.release)
