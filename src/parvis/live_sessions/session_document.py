"""The cards of a session: those of polls, and what the room makes of their sentences.

```
{"cards": [{"key": "fierte", "kind": "agree", "text": "…"},
           {"key": "mot", "kind": "sentence", "text": "…", "shape": "words"}]}
```
A card of a poll (`staff_polls.poll_document`) with one more field: `shape`, `words` or `ideas`, of
sentences alone. Answers are those of a ballot, but for words: one to three of them, a list. An
empty list of choices says "none of these".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from parvis.foundation.errors import Refusal
from parvis.live_sessions.enums import Shape
from parvis.staff_polls.enums import CardKind
from parvis.staff_polls.poll_document import (
    MAX_TEXT_CHARACTERS,
    Card,
    Option,
    read_answer,
    read_document,
    tidy,
)

MOST_CARDS = 50
MOST_WORDS = 3
MAX_WORD_CHARACTERS = 30
MAX_IDEA_CHARACTERS = 140
# Kinds that a facilitator writes in one line, before or during the session.
QUICK_KINDS = (CardKind.AGREE, CardKind.SMILEY, CardKind.SENTENCE)

LiveAnswer = int | list[int] | str | list[str]


@dataclass(frozen=True, slots=True)
class LiveCard:
    """A card and its shape; `shape` empty for all but sentences."""

    card: Card
    shape: str = ""

    @property
    def key(self) -> str:
        return self.card.key

    @property
    def gives_texts(self) -> bool:
        return bool(self.shape)


def read_cards(raw: Mapping[str, Any]) -> list[LiveCard]:
    """The cards of a session's document; it was checked as it was written."""
    if not raw.get("cards"):
        return []
    document = read_document(raw)
    return [
        LiveCard(card, _shape(card, written.get("shape", "")))
        for card, written in zip(document.cards, raw["cards"], strict=True)
    ]


def written_cards(cards: Sequence[LiveCard], raw: Mapping[str, Any]) -> dict[str, Any]:
    """The document that holds these cards, in this order; `raw` knows how each is written."""
    known = {card["key"]: card for card in raw.get("cards", [])}
    return {"cards": [{**known[card.key], "shape": card.shape} for card in cards]}


def of_poll(cards: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Cards of a poll as a session takes them: a sentence becomes ideas."""
    return [
        {**card, "shape": Shape.IDEAS if card.get("kind") == CardKind.SENTENCE else ""}
        for card in cards
    ]


def quick_card(kind: str, text: str, shape: str, *, taken: set[str]) -> dict[str, Any]:
    """A card written in one line; raise `Refusal` with the field."""
    wanted = tidy(text)
    if not wanted:
        raise Refusal(_("Écrivez la question."), field="text")
    if len(wanted) > MAX_TEXT_CHARACTERS:
        raise Refusal(
            _("Ce texte dépasse %(most)d caractères.") % {"most": MAX_TEXT_CHARACTERS},
            field="text",
        )
    if kind not in QUICK_KINDS:
        raise Refusal(_("Ce choix n’est pas de la liste."), field="kind")
    return {
        "key": new_key("direct", taken),
        "kind": kind,
        "text": wanted,
        "shape": shape if kind == CardKind.SENTENCE else "",
    }


def new_key(wanted: str, taken: set[str]) -> str:
    """A key that no card of the session has."""
    candidates = [wanted, *(f"{wanted[:36]}-{rank}" for rank in range(2, len(taken) + 3))]
    return next(key for key in candidates if key not in taken)


def support_card(card: Card, ideas: Sequence[str]) -> Card:
    """The ideas that a card gave, as a card of several choices."""
    options = tuple(Option(code, text) for code, text in enumerate(ideas))
    return replace(card, kind=CardKind.MULTIPLE, options=options)


def read_live_answer(card: LiveCard, value: Any) -> LiveAnswer:
    """An answer as the card accepts it; raise `Refusal` otherwise, nothing being empty."""
    if card.shape == Shape.WORDS:
        return _words(value)
    answer = read_answer(card.card, value)
    if card.shape == Shape.IDEAS:
        text = tidy(str(answer))
        if len(text) > MAX_IDEA_CHARACTERS:
            raise Refusal(
                _("Votre idée dépasse %(most)d caractères : elle est gardée, raccourcissez-la.")
                % {"most": MAX_IDEA_CHARACTERS},
                field=card.key,
            )
        answer = text
    if answer == "":
        raise Refusal(_("Répondez d’abord à la carte."), field=card.key)
    return answer


def folded(text: str) -> str:
    """A text without case, accents, spare blanks or final stop: what makes two of them the same."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return " ".join(kept.replace("’", "'").split()).rstrip(".!?… ")


def _words(value: Any) -> list[str]:
    sent = value if isinstance(value, list) else [value]
    if any(not isinstance(word, str) for word in sent):
        raise Refusal(_("Cette réponse n’est pas de celles que la carte propose."))
    words: dict[str, str] = {}
    for word in sent:
        text = tidy(word)
        if text and folded(text):
            words.setdefault(folded(text), text)
    if not words:
        raise Refusal(_("Écrivez un mot au moins."))
    if len(words) > MOST_WORDS:
        raise Refusal(_("Trois mots au plus."))
    if any(len(word) > MAX_WORD_CHARACTERS for word in words.values()):
        raise Refusal(
            _("Un mot a %(most)d caractères au plus : raccourcissez, tout est gardé.")
            % {"most": MAX_WORD_CHARACTERS}
        )
    try:
        "".join(words.values()).encode()
    except UnicodeEncodeError as error:
        raise Refusal(_("Cette réponse n’est pas lisible.")) from error
    return list(words.values())


def _shape(card: Card, written: str) -> str:
    if card.kind != CardKind.SENTENCE:
        return ""
    return written if written in Shape.values else Shape.IDEAS
