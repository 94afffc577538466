"""The document of a poll: the cards that agents answer, and what an answer to each may be.

```
{"cards": [
  {"key": "rings", "kind": "guess", "text": "Sur dix appels, combien sont décrochés … ?",
   "stage": "access", "channel": "phone", "determinant": "responsiveness",
   "source": "mystery_audits"},        # whose measure tells the real figure; "" = none
  {"key": "proud", "kind": "agree", "text": "…", "stage": "", "channel": "", "determinant": ""},
  {"key": "effort", "kind": "slider", "text": "…", "low": "…", "high": "…"},
  {"key": "slow", "kind": "single", "text": "…", "options": [{"code": 0, "text": "…"}, …]},
  {"key": "wish", "kind": "sentence", "text": "Si je pouvais changer une chose, ce serait …"}]}
```
Answers of a ballot are an object by card key; a card left out has no answer:

| kind | answer |
|---|---|
| agree | 0 disagree, 1 agree, 2 don't know |
| smiley | 0–3, from the worst |
| slider, guess | 0–10 |
| single | the code of an option |
| multiple | list of codes, in ascending order, possibly empty |
| ranking | list of all codes, the best first |
| sentence | text, at most 500 characters |
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from parvis.foundation.errors import Refusal
from parvis.questionnaires.enums import Channel, Determinant, JourneyStage
from parvis.staff_polls.enums import OPTION_KINDS, Agreement, CardKind

MAX_CARDS = 50
MIN_OPTIONS = 2
MAX_OPTIONS = 10
MAX_TEXT_CHARACTERS = 200
MAX_OPTION_CHARACTERS = 80
MAX_SENTENCE_CHARACTERS = 500
SLIDER_MAX = 10
SMILEYS = 4
# Instruments whose measures a guess card may read.
GUESS_SOURCES = ("", "mystery_audits", "feedback")
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
_KEY = re.compile(r"^[a-z][a-z0-9-]{0,39}$")

Answer = int | list[int] | str
Answers = dict[str, Answer]


@dataclass(frozen=True, slots=True)
class Option:
    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """One question. `options` for choices and rankings, `low` and `high` for a slider."""

    key: str
    kind: CardKind
    text: str
    stage: str = ""
    channel: str = ""
    determinant: str = ""
    options: tuple[Option, ...] = ()
    low: str = ""
    high: str = ""
    source: str = ""

    @property
    def codes(self) -> list[int]:
        return [option.code for option in self.options]


@dataclass(frozen=True, slots=True)
class Document:
    """All the cards of a poll, read and checked, in their order."""

    cards: tuple[Card, ...]

    def card(self, key: str) -> Card | None:
        return next((card for card in self.cards if card.key == key), None)


def read_document(raw: Any) -> Document:
    """The document in an object read from JSON; raise `Refusal` with the field when it is not one.

    The refusal's `field` is a path such as `cards.1.options.0.text`.
    """
    cards = raw.get("cards") if isinstance(raw, dict) else None
    if not isinstance(cards, list) or not cards:
        raise Refusal(_("Un sondage a au moins une carte."), field="cards")
    if len(cards) > MAX_CARDS:
        raise Refusal(
            _("Un sondage a au plus %(most)d cartes.") % {"most": MAX_CARDS}, field="cards"
        )
    read = tuple(_card(card, f"cards.{rank}") for rank, card in enumerate(cards))
    keys = [card.key for card in read]
    if len(set(keys)) != len(keys):
        raise Refusal(_("Deux cartes portent le même nom."), field="cards")
    return Document(read)


def read_answers(document: Document, raw: Any) -> Answers:
    """The answers of a ballot, each checked; raise `Refusal` whose field is the card's key.

    A card that is absent, null or an empty sentence has no answer. Unknown cards are refused: a
    page older than the poll must not lose what somebody typed in silence.
    """
    if not isinstance(raw, Mapping):
        raise Refusal(_("Ces réponses ne sont pas lisibles."))
    answers: Answers = {}
    for key, value in raw.items():
        card = document.card(key) if isinstance(key, str) else None
        if card is None:
            raise Refusal(_("Une réponse porte sur une carte qui n’est pas de ce sondage."))
        if value is None:
            continue
        answer = read_answer(card, value)
        if answer != "":
            answers[card.key] = answer
    return answers


def read_answer(card: Card, value: Any) -> Answer:
    """One answer, as the card accepts it; raise `Refusal` otherwise."""
    if card.kind == CardKind.SENTENCE:
        return _sentence(card, value)
    if card.kind in (CardKind.MULTIPLE, CardKind.RANKING):
        if not isinstance(value, list) or any(type(code) is not int for code in value):
            raise _refused(card)
        if len(set(value)) != len(value) or not set(value) <= set(card.codes):
            raise _refused(card)
        if card.kind == CardKind.RANKING and len(value) != len(card.options):
            raise Refusal(_("Classez toutes les propositions."), field=card.key)
        return list(value) if card.kind == CardKind.RANKING else sorted(value)
    # A boolean is an integer for Python, and no answer here.
    if type(value) is not int or value not in offered(card):
        raise _refused(card)
    return value


def offered(card: Card) -> list[int]:
    """The values of a card that takes one number, in order; the codes of the others' options."""
    if card.kind == CardKind.AGREE:
        return list(Agreement.values)
    if card.kind == CardKind.SMILEY:
        return list(range(SMILEYS))
    if card.kind in (CardKind.SLIDER, CardKind.GUESS):
        return list(range(SLIDER_MAX + 1))
    return card.codes


def tidy(text: str) -> str:
    """The text on one line without spare blanks or NUL; its no-break spaces stay."""
    return _BLANKS.sub(" ", text.replace("\x00", "")).strip(" ")


def _sentence(card: Card, value: Any) -> str:
    if not isinstance(value, str):
        raise _refused(card)
    text = value.replace("\x00", "").strip()
    if len(text) > MAX_SENTENCE_CHARACTERS:
        raise Refusal(
            _("Votre phrase dépasse %(most)d caractères : elle est gardée, raccourcissez-la.")
            % {"most": MAX_SENTENCE_CHARACTERS},
            field=card.key,
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _refused(card) from error
    return text


def _refused(card: Card) -> Refusal:
    return Refusal(_("Cette réponse n’est pas de celles que la carte propose."), field=card.key)


def _card(raw: Any, path: str) -> Card:
    if not isinstance(raw, dict):
        raise Refusal(_("Cette carte n’est pas lisible."), field=path)
    kind = raw.get("kind")
    if kind not in CardKind.values:
        raise Refusal(_("Cette sorte de carte n’existe pas."), field=f"{path}.kind")
    key = raw.get("key")
    if not isinstance(key, str) or not _KEY.match(key):
        raise Refusal(_("Le nom de cette carte n’est pas lisible."), field=f"{path}.key")
    return Card(
        key=key,
        kind=CardKind(kind),
        text=_text(raw.get("text"), f"{path}.text", MAX_TEXT_CHARACTERS),
        stage=_choice(raw.get("stage"), JourneyStage.values, f"{path}.stage"),
        channel=_choice(raw.get("channel"), Channel.values, f"{path}.channel"),
        determinant=_choice(raw.get("determinant"), Determinant.values, f"{path}.determinant"),
        options=_options(raw.get("options"), path) if kind in OPTION_KINDS else (),
        low=_end(raw.get("low"), f"{path}.low") if kind == CardKind.SLIDER else "",
        high=_end(raw.get("high"), f"{path}.high") if kind == CardKind.SLIDER else "",
        source=_choice(raw.get("source"), GUESS_SOURCES, f"{path}.source")
        if kind == CardKind.GUESS
        else "",
    )


def _options(raw: Any, path: str) -> tuple[Option, ...]:
    field = f"{path}.options"
    if not isinstance(raw, list) or not MIN_OPTIONS <= len(raw) <= MAX_OPTIONS:
        raise Refusal(
            _("Proposez de %(least)d à %(most)d réponses.")
            % {"least": MIN_OPTIONS, "most": MAX_OPTIONS},
            field=field,
        )
    options = tuple(_option(option, f"{field}.{rank}") for rank, option in enumerate(raw))
    if len({option.code for option in options}) != len(options):
        raise Refusal(_("Deux réponses portent le même numéro."), field=field)
    if len({option.text.casefold() for option in options}) != len(options):
        raise Refusal(_("Deux réponses ont le même texte."), field=field)
    return options


def _option(raw: Any, path: str) -> Option:
    code = raw.get("code") if isinstance(raw, dict) else None
    if type(code) is not int or not 0 <= code < 1000:
        raise Refusal(_("Cette réponse n’est pas lisible."), field=path)
    return Option(code, _text(raw.get("text"), f"{path}.text", MAX_OPTION_CHARACTERS))


def _end(raw: Any, path: str) -> str:
    return _text(raw, path, MAX_OPTION_CHARACTERS)


def _text(raw: Any, path: str, most: int) -> str:
    text = tidy(raw) if isinstance(raw, str) else ""
    if not text:
        raise Refusal(_("Écrivez ce texte."), field=path)
    if len(text) > most:
        raise Refusal(_("Ce texte dépasse %(most)d caractères.") % {"most": most}, field=path)
    return text


def _choice(raw: Any, allowed: Any, path: str) -> str:
    value = raw or ""
    if value and value not in allowed:
        raise Refusal(_("Ce choix n’est pas de la liste."), field=path)
    return str(value)
