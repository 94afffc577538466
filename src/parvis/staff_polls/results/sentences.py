"""The sentences agents wrote, by card and by what they speak of.

They bear no group, no date and no order. A theme that a card's sentences name less than three times
is not told apart from the others: a sentence never stands alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from parvis.staff_polls.models import PollComment, StaffPoll
from parvis.staff_polls.poll_document import Card
from parvis.texts.themes import find_themes

THEME_AT_LEAST = 3
_LABEL_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class ThemeGroup:
    """Sentences of one theme; `label` empty = of none, or of one too rarely named."""

    label: str
    comments: list[PollComment]


@dataclass(frozen=True, slots=True)
class CardSentences:
    """The sentences of a card; `card` None = of all the cards that had too few of their own."""

    card: Card | None
    themes: list[ThemeGroup]

    @property
    def count(self) -> int:
        return sum(len(theme.comments) for theme in self.themes)

    @property
    def title(self) -> str:
        return _("Toutes les phrases") if self.card is None else self.card.text


def theme_labels(texts: Sequence[str]) -> list[str]:
    """The label of what each masked text speaks of; empty where nothing was found."""
    found = find_themes(texts)
    labels = [theme.label[:_LABEL_CHARACTERS] for theme in found.themes]
    return ["" if place is None else labels[place] for place in found.member]


def sentences_of(
    poll: StaffPoll, cards: Sequence[Card], *, with_hidden: bool
) -> list[CardSentences]:
    """Those of each card in its order, the widest theme first; needs a scope or none at all."""
    # In the order of random keys, which says nothing.
    rows = PollComment.objects.filter(poll=poll).order_by("pk")
    if not with_hidden:
        rows = rows.filter(is_hidden=False)
    by_card: dict[str, list[PollComment]] = {}
    for row in rows:
        by_card.setdefault(row.card, []).append(row)
    known = {card.key: card for card in cards}
    order = [card.key for card in cards if card.key in by_card] + [""] * ("" in by_card)
    return [CardSentences(known.get(key), _themes(by_card[key])) for key in order]


def _themes(comments: Sequence[PollComment]) -> list[ThemeGroup]:
    by_theme: dict[str, list[PollComment]] = {}
    for comment in comments:
        by_theme.setdefault(comment.theme, []).append(comment)
    rest = [
        comment
        for label, found in by_theme.items()
        if not label or len(found) < THEME_AT_LEAST
        for comment in found
    ]
    groups = [
        ThemeGroup(label, found)
        for label, found in by_theme.items()
        if label and len(found) >= THEME_AT_LEAST
    ]
    groups.sort(key=lambda group: (-len(group.comments), group.label))
    return [*groups, ThemeGroup("", rest)] if rest else groups
