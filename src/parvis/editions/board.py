"""The operator's board of an edition: where are we, what is late, what needs me.

Rooms above (mystery_audits, results) add their cards from `AppConfig.ready`; editions knows none
of them. The board shows one next step: the first in the order in which a campaign unfolds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from parvis.accounts.hats import Hat
from parvis.editions.models import Edition


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A figure of a card. `pill` is "good", "bad", "wait", "info", or empty for plain text."""

    label: str
    value: str
    url: str = ""
    pill: str = ""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What the operator should do now. The lowest `order` is shown first and largest.

    Orders used: 10 open the edition, 20 confirm mandates, 30 open a wave; rooms above take theirs
    from 40 on (contacts to plan, assign, review), 70 (runs) and 90 (publication).
    """

    order: int
    sentence: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class BoardCard:
    """One subject of the board: a title, what is certain in one sentence, figures, a link."""

    title: str
    order: int
    say: str = ""
    lines: Sequence[BoardLine] = ()
    # (label, url) pairs under the figures.
    links: Sequence[tuple[str, str]] = ()
    next_step: NextStep | None = None


# None = the room has nothing to say about this edition yet.
Section = Callable[[Edition, Hat], BoardCard | None]

_sections: list[Section] = []


def register_section(section: Section) -> None:
    """Add a card to every board; called once by each room that has one."""
    if section not in _sections:
        _sections.append(section)


def cards_of(edition: Edition, hat: Hat) -> list[BoardCard]:
    """The cards of an edition for the operator, in their order."""
    cards = (section(edition, hat) for section in _sections)
    return sorted((card for card in cards if card is not None), key=lambda card: card.order)


def next_steps(cards: Sequence[BoardCard]) -> list[NextStep]:
    """Everything that waits for the operator, the most pressing first."""
    return sorted((card.next_step for card in cards if card.next_step), key=lambda step: step.order)
