"""The composer of a poll as its page draws it: rows of fields, each with its problem.

A field's name is its path in the document, and its identifier the same with hyphens: what a refusal
names is what the page marks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from parvis.questionnaires.enums import Channel, Determinant, JourneyStage
from parvis.staff_polls.drafts import LINKS, Draft, FormerCards
from parvis.staff_polls.enums import OPTION_KINDS, CardKind
from parvis.staff_polls.poll_document import (
    MAX_CARDS,
    MAX_OPTION_CHARACTERS,
    MAX_OPTIONS,
    MAX_TEXT_CHARACTERS,
    SLIDER_MAX,
)
from parvis.staff_polls.wording import smiley_labels

Problems = Mapping[str, str]
Choices = Sequence[tuple[str, str | Promise]]


def field_id(path: str) -> str:
    return path.replace(".", "-")


@dataclass(frozen=True, slots=True)
class TextField:
    path: str
    label: str
    value: str
    problem: str
    longest: int

    @property
    def id(self) -> str:
        return field_id(self.path)


@dataclass(frozen=True, slots=True)
class ChoiceField:
    path: str
    label: str
    value: str
    choices: Choices
    problem: str
    help: str = ""

    @property
    def id(self) -> str:
        return field_id(self.path)


@dataclass(frozen=True, slots=True)
class OptionRow:
    path: str
    rank: int
    code: int
    text: TextField
    problem: str
    can_go_up: bool
    can_go_down: bool

    @property
    def id(self) -> str:
        return field_id(self.path)


@dataclass(frozen=True, slots=True)
class CardRow:
    """One card; `number` is its rank in the document, from 0."""

    path: str
    number: int
    key: str
    kind: str
    kind_label: str | Promise
    text: TextField
    ends: list[TextField]
    options: list[OptionRow]
    links: list[ChoiceField]
    source: ChoiceField | None
    problem: str
    # Put by the poll that this one repeats: shown, not written.
    is_repeated: bool
    can_add_option: bool
    can_go_up: bool
    can_go_down: bool
    links_in_words: str = ""

    @property
    def id(self) -> str:
        return field_id(self.path)

    @property
    def rank(self) -> int:
        return self.number + 1

    @property
    def has_options(self) -> bool:
        return self.kind in OPTION_KINDS

    @property
    def has_linked_problem(self) -> bool:
        return any(choice.problem for choice in self.links)


@dataclass(frozen=True, slots=True)
class Composer:
    """All that the page of the composer shows of a draft."""

    cards: list[CardRow]
    kinds_to_add: Choices
    most_cards: int
    # (identifier of the field, where it is, what is wrong), in the order of the page.
    problems: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def has_repeated(self) -> bool:
        return any(card.is_repeated for card in self.cards)


def composer_of(draft: Mapping[str, Any], former: FormerCards, problems: Problems) -> Composer:
    """The composer of a draft; `problems` (`drafts.problems_of`) are shown beside their fields."""
    cards: list[Draft] = draft.get("cards", [])
    rows = [
        _card_row(card, number, len(cards), former, problems) for number, card in enumerate(cards)
    ]
    ordered = sorted(problems.items(), key=lambda item: _place(item[0]))
    return Composer(
        cards=rows,
        kinds_to_add=CardKind.choices if len(cards) < MAX_CARDS else [],
        most_cards=MAX_CARDS,
        problems=[(_id_shown(path), _where(path), text) for path, text in ordered],
    )


def _card_row(
    card: Draft, number: int, count: int, former: FormerCards, problems: Problems
) -> CardRow:
    path = f"cards.{number}"
    kind = card.get("kind", "")
    options = card.get("options", [])
    own = [path, *(f"{path}.{name}" for name in ("key", "kind", "options"))]
    links = _links(card, path, problems)
    return CardRow(
        path=path,
        number=number,
        key=card.get("key", ""),
        kind=kind,
        kind_label=CardKind(kind).label if kind in CardKind.values else kind,
        text=_text(_text_label(kind), card, path, "text", problems, MAX_TEXT_CHARACTERS),
        ends=[
            _text(label, card, path, end, problems)
            for end, label in (("low", _("Sous le 0")), ("high", _("Sous le 10")))
            if end in card
        ],
        options=[
            _option_row(option, f"{path}.options.{rank}", rank, len(options), problems)
            for rank, option in enumerate(options)
        ],
        links=links,
        source=_source(card, path, problems) if kind == CardKind.GUESS else None,
        problem=next((problems[name] for name in own if name in problems), ""),
        is_repeated=former.holds(card.get("key", "")),
        can_add_option=kind in OPTION_KINDS and len(options) < MAX_OPTIONS,
        can_go_up=number > 0,
        can_go_down=number < count - 1,
        links_in_words=", ".join(
            str(dict(link.choices)[link.value])
            for link in links
            if link.value and link.value in dict(link.choices)
        ),
    )


def _text_label(kind: str) -> str:
    if kind == CardKind.AGREE:
        return _("Affirmation, où « d’accord » est bon signe")
    return _("Début de la phrase") if kind == CardKind.SENTENCE else _("Question")


def _text(
    label: str,
    card: Draft,
    path: str,
    name: str,
    problems: Problems,
    longest: int = MAX_OPTION_CHARACTERS,
) -> TextField:
    path = f"{path}.{name}"
    return TextField(path, label, card.get(name, ""), problems.get(path, ""), longest)


def _option_row(option: Draft, path: str, rank: int, count: int, problems: Problems) -> OptionRow:
    own = [path, f"{path}.code"]
    return OptionRow(
        path=path,
        rank=rank + 1,
        code=option.get("code", -1),
        text=_text(_("Réponse %d") % (rank + 1), option, path, "text", problems),
        problem=next((problems[name] for name in own if name in problems), ""),
        can_go_up=rank > 0,
        can_go_down=rank < count - 1,
    )


def _links(card: Draft, path: str, problems: Problems) -> list[ChoiceField]:
    choices: dict[str, tuple[str, Choices]] = {
        "stage": (_("Étape du parcours"), [("", _("Aucune")), *JourneyStage.choices]),
        "channel": (_("Canal"), [("", _("Aucun")), *Channel.choices]),
        "determinant": (_("Sujet"), [("", _("Aucun")), *Determinant.choices]),
    }
    return [
        ChoiceField(
            path=f"{path}.{name}",
            label=choices[name][0],
            value=card.get(name, ""),
            choices=choices[name][1],
            problem=problems.get(f"{path}.{name}", ""),
        )
        for name in LINKS
    ]


def _source(card: Draft, path: str, problems: Problems) -> ChoiceField:
    return ChoiceField(
        path=f"{path}.source",
        label=_("Le chiffre réel, dévoilé à la fin"),
        value=card.get("source", ""),
        choices=source_choices(),
        problem=problems.get(f"{path}.source", ""),
        help=_(
            "La mesure publiée, ramenée sur dix. Une mesure porte sur une étape, un canal ou un "
            "sujet à la fois : choisissez-en un seul ci-dessous, ou aucun pour l’ensemble."
        ),
    )


def source_choices() -> Choices:
    return [
        ("", _("Aucun : les agents devinent, rien n’est dévoilé")),
        ("mystery_audits", _("Celui des citoyens-mystères")),
        ("feedback", _("Celui des usagers, à l’écoute à chaud")),
    ]


def _id_shown(path: str) -> str:
    """The identifier of what the page shows for a path: a field, an option, a card."""
    parts = path.split(".")
    if parts[-1] in ("text", "low", "high", "source", *LINKS):
        return field_id(path)
    return field_id(".".join(parts[:4] if len(parts) > 3 else parts[:2])) or "cards"


def _place(path: str) -> tuple[int, ...]:
    """Where a path stands on the page."""
    return tuple(int(part) for part in path.split(".") if part.isdigit())


def _where(path: str) -> str:
    """Where a problem is, in words: "Carte 2, réponse 3"."""
    numbers = _place(path)
    if not numbers:
        return _("Cartes")
    card = _("Carte %d") % (numbers[0] + 1)
    if len(numbers) == 1:
        return card
    return _("%(card)s, réponse %(rank)d") % {"card": card, "rank": numbers[1] + 1}


# --- Preview --------------------------------------------------------------------------------------


def preview_of(draft: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The cards as an agent meets them, one after the other; nothing in them acts."""
    return [
        {
            "rank": rank,
            "kind": card.get("kind"),
            "text": card.get("text"),
            "options": [option.get("text") for option in card.get("options", [])],
            "low": card.get("low"),
            "high": card.get("high"),
            "scale": range(SLIDER_MAX + 1),
            "faces": smiley_labels(),
        }
        for rank, card in enumerate(draft.get("cards", []), start=1)
    ]
