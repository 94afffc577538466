"""The cards of a poll as one native form, for a page without scripts.

Each card may be passed; what is typed comes back as it was, errors at their cards.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from parvis.foundation.errors import Refusal
from parvis.staff_polls.enums import Agreement, CardKind
from parvis.staff_polls.poll_document import (
    Answers,
    Card,
    Document,
    offered,
    read_answer,
)
from parvis.staff_polls.wording import smiley_labels


@dataclass(frozen=True, slots=True)
class Choice:
    """A button, a box, or the rank of an option: its name and value, and whether it is chosen."""

    name: str
    value: int
    text: str
    is_chosen: bool
    # Of a ranking: the rank given to this option, as it was sent.
    rank: str = ""


@dataclass(slots=True)
class CardField:
    """A card with what was sent for it."""

    card: Card
    number: int
    choices: list[Choice] = field(default_factory=list)
    text: str = ""
    error: str = ""

    @property
    def name(self) -> str:
        return _name(self.card)

    @property
    def is_passed(self) -> bool:
        return not any(choice.is_chosen for choice in self.choices)


class PrintedForm:
    """Fields of all cards; `answers` as the operations take them."""

    def __init__(self, document: Document, data: QueryDict) -> None:
        self.answers: Answers = {}
        self.fields: list[CardField] = []
        for number, card in enumerate(document.cards, start=1):
            shown = _shown(card, number, data)
            try:
                value = _sent(card, data)
                if value is not None:
                    answer = read_answer(card, value)
                    if answer != "":
                        self.answers[card.key] = answer
            except Refusal as refusal:
                shown.error = refusal.message
            self.fields.append(shown)

    @property
    def errors(self) -> list[CardField]:
        return [one for one in self.fields if one.error]

    @property
    def has_errors(self) -> bool:
        return bool(self.errors)

    def refuse(self, refusal: Refusal) -> None:
        """Put a refusal at its card, when it names one."""
        for one in self.fields:
            if one.card.key == refusal.field:
                one.error = refusal.message


def _name(card: Card) -> str:
    return f"carte-{card.key}"


def _rank_name(card: Card, code: int) -> str:
    return f"{_name(card)}-{code}"


def _sent(card: Card, data: QueryDict) -> Any:
    """What the form says of a card, as an answer yet to be checked; None = passed."""
    if card.kind == CardKind.SENTENCE:
        return _lines(data.get(_name(card), ""))
    if card.kind == CardKind.MULTIPLE:
        return [_integer(one) for one in data.getlist(_name(card))] or None
    if card.kind == CardKind.RANKING:
        return _ranking(card, data)
    value = data.get(_name(card), "")
    return _integer(value) if value else None


def _ranking(card: Card, data: QueryDict) -> list[int] | None:
    ranks = {code: data.get(_rank_name(card, code), "") for code in card.codes}
    if not any(ranks.values()):
        return None
    given = sorted(_integer(rank) for rank in ranks.values())
    if given != list(range(1, len(ranks) + 1)):
        raise Refusal(
            _("Donnez à chaque proposition un rang, de 1 à %(last)d, et à aucune le même.")
            % {"last": len(ranks)},
            field=card.key,
        )
    return sorted(ranks, key=lambda code: _integer(ranks[code]))


def _shown(card: Card, number: int, data: QueryDict) -> CardField:
    shown = CardField(card, number)
    if card.kind == CardKind.SENTENCE:
        shown.text = _lines(data.get(_name(card), ""))
    elif card.kind == CardKind.RANKING:
        shown.choices = [
            Choice(
                name=_rank_name(card, option.code),
                value=option.code,
                text=option.text,
                is_chosen=False,
                rank=data.get(_rank_name(card, option.code), ""),
            )
            for option in card.options
        ]
    else:
        sent = data.getlist(_name(card))
        shown.choices = [
            Choice(_name(card), value, text, is_chosen=str(value) in sent)
            for value, text in _labels(card)
        ]
    return shown


def _labels(card: Card) -> list[tuple[int, str]]:
    if card.kind == CardKind.AGREE:
        return [(value, str(label)) for value, label in Agreement.choices]
    if card.kind == CardKind.SMILEY:
        return list(enumerate(smiley_labels()))
    if card.options:
        return [(option.code, option.text) for option in card.options]
    return [(value, str(value)) for value in offered(card)]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _integer(raw: str) -> int:
    """-1, which no card offers, for what is not a number of three digits."""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 3 else -1
