"""The cards of a poll being written: read from a form as typed, changed by a button, checked.

A draft has the form of a document (`poll_document`) but may be unfinished: nothing that somebody
typed is dropped because it is not right yet. Field names of the form are the paths of the
document's refusals, such as `cards.1.options.0.text`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict

from parvis.foundation.draft_checks import problems_by_path
from parvis.staff_polls.card_library import cards_named
from parvis.staff_polls.enums import OPTION_KINDS, CardKind
from parvis.staff_polls.poll_document import MAX_CARDS, MAX_OPTIONS, read_document, tidy

# Kept of what is typed, above what any rule accepts: too long is said, not cut off.
KEPT_CHARACTERS = 600
LINKS = ("stage", "channel", "determinant")
_MOST_CARDS, _MOST_OPTIONS = MAX_CARDS + 10, 30
_MOST_CODE = 999
_WORST_CASE_PROBLEMS = 1500

Draft = dict[str, Any]


# --- Reading a form -------------------------------------------------------------------------------


def read_form(posted: QueryDict, former: FormerCards) -> Draft:
    """The draft that the form of the composer holds; a card repeated stays as it was put."""
    draft: Draft = {"cards": []}
    for number in range(_MOST_CARDS):
        path = f"cards.{number}"
        if f"{path}.key" not in posted:
            break
        draft["cards"].append(_card(posted, path))
    former.settle(draft)
    return draft


def _card(posted: QueryDict, path: str) -> Draft:
    kind = _text(posted, f"{path}.kind")
    card: Draft = {
        "key": _text(posted, f"{path}.key"),
        "kind": kind,
        "text": _text(posted, f"{path}.text"),
        **{name: _text(posted, f"{path}.{name}") for name in LINKS},
    }
    if kind == CardKind.SLIDER:
        card |= {end: _text(posted, f"{path}.{end}") for end in ("low", "high")}
    elif kind == CardKind.GUESS:
        card["source"] = _text(posted, f"{path}.source")
    elif kind in OPTION_KINDS:
        card["options"] = []
        for number in range(_MOST_OPTIONS):
            option = f"{path}.options.{number}"
            if f"{option}.code" not in posted:
                break
            card["options"].append(
                {
                    "code": _number(_text(posted, f"{option}.code")),
                    "text": _text(posted, f"{option}.text"),
                }
            )
    return card


def _text(posted: QueryDict, name: str) -> str:
    raw = (posted.get(name) or "").replace("\x00", "").encode(errors="replace").decode()
    return tidy(raw)[:KEPT_CHARACTERS]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1


# --- Cards of the polls that this one repeats -----------------------------------------------------


class FormerCards:
    """Cards put by the polls that this one repeats, the nearest first.

    A card of the same key is compared from one poll to the next: it is then the same question, so
    that its words, kind and options do not change. To write it otherwise is to give it another key.
    """

    def __init__(self, documents: Iterable[Mapping[str, Any]]) -> None:
        self.cards: dict[str, Draft] = {}
        for document in documents:
            for card in document.get("cards", []):
                self.cards.setdefault(card["key"], card)

    def holds(self, key: str) -> bool:
        return key in self.cards

    def settle(self, draft: Draft) -> None:
        draft["cards"] = [
            copy.deepcopy(self.cards.get(card["key"], card)) for card in draft["cards"]
        ]

    def new_key(self, wanted: str, draft: Draft) -> str:
        """A key that neither the draft nor a former poll gave to a card."""
        used = {*self.cards, *(card["key"] for card in draft["cards"])}
        wanted = wanted[:36]
        candidates = [wanted, *(f"{wanted}-{rank}" for rank in range(2, len(used) + 3))]
        return next(key for key in candidates if key not in used)


# --- Buttons --------------------------------------------------------------------------------------


def apply(action: str, draft: Draft, former: FormerCards) -> str:
    """Change the draft as a button asks; return the path of what to show next, or an empty string.

    Actions are `add-card:<kind>`, `remove-card:<n>`, `up-card:<n>`, `down-card:<n>`,
    `rewrite-card:<n>` (write a repeated card otherwise), `add-option:<card>` and
    `remove-option:<card>:<n>`, `up-option`, `down-option`. One that names nothing changes nothing.
    """
    name, *arguments = action.split(":")
    if name == "add-card" and arguments:
        return _add_card(draft, arguments[0], former)
    numbers = [_number(argument) for argument in arguments]
    cards = draft["cards"]
    if not numbers or not 0 <= numbers[0] < len(cards):
        return ""
    number, card = numbers[0], cards[numbers[0]]
    if name == "rewrite-card":
        if former.holds(card["key"]):
            card["key"] = former.new_key(card["key"], draft)
        return f"cards.{number}"
    verb, _hyphen, what = name.partition("-")
    if what == "card":
        moved = _change_list(cards, verb, number)
        return f"cards.{moved}" if moved is not None else ""
    # The options of a repeated card are those that were put.
    if what == "option" and "options" in card and not former.holds(card["key"]):
        if verb == "add":
            return _add_option(card, number)
        if len(numbers) == 2:
            moved = _change_list(card["options"], verb, numbers[1])
            return f"cards.{number}.options.{moved}" if moved is not None else f"cards.{number}"
    return ""


def add_from_library(draft: Draft, keys: Iterable[str], former: FormerCards) -> int:
    """Add these cards of the library, as far as there is room; return how many were added.

    One that the draft has is left out. One that a former poll put comes as it was put then.
    """
    present = {card["key"] for card in draft["cards"]}
    added = [card for card in cards_named(dict.fromkeys(keys)) if card["key"] not in present]
    added = added[: max(0, MAX_CARDS - len(draft["cards"]))]
    draft["cards"].extend(added)
    former.settle(draft)
    return len(added)


def _add_card(draft: Draft, kind: str, former: FormerCards) -> str:
    if kind not in CardKind.values or len(draft["cards"]) >= MAX_CARDS:
        return ""
    card: Draft = {
        "key": former.new_key(kind, draft),
        "kind": kind,
        "text": "",
        **dict.fromkeys(LINKS, ""),
    }
    if kind == CardKind.SLIDER:
        card |= {"low": "", "high": ""}
    elif kind == CardKind.GUESS:
        card["source"] = ""
    elif kind in OPTION_KINDS:
        card["options"] = [{"code": 0, "text": ""}, {"code": 1, "text": ""}]
    draft["cards"].append(card)
    return f"cards.{len(draft['cards']) - 1}"


def _add_option(card: Draft, number: int) -> str:
    options = card["options"]
    code = max((option["code"] for option in options), default=-1) + 1
    if len(options) >= MAX_OPTIONS or code > _MOST_CODE:
        return ""
    options.append({"code": code, "text": ""})
    return f"cards.{number}.options.{len(options) - 1}"


def _change_list(rows: list[Any], verb: str, number: int) -> int | None:
    """Remove or move a row; where it is now, or None when it is gone or nothing was done."""
    if not 0 <= number < len(rows):
        return None
    if verb == "remove":
        del rows[number]
        return None
    target = number + {"up": -1, "down": 1}.get(verb, 0)
    if target == number or not 0 <= target < len(rows):
        return None
    rows[number], rows[target] = rows[target], rows[number]
    return target


# --- Checking -------------------------------------------------------------------------------------


def problems_of(draft: Draft) -> dict[str, str]:
    """Every reason why the cards cannot be put to agents yet, by path."""
    return problems_by_path(draft, read=read_document, put_right=_put_right)


def _put_right(draft: Any, path: str, round_number: int) -> bool:
    """Put an acceptable value where one was refused; False where none can be."""
    *parents, last = path.split(".")
    if last in ("text", "low", "high"):
        # Texts of options must differ.
        value: Any = f"… {round_number}"
    elif last == "options":
        value = [{"code": code, "text": f"… {code}"} for code in range(2)]
    elif last in (*LINKS, "source"):
        value = ""
    else:
        return False
    at = draft
    for part in parents:
        at = at[int(part)] if isinstance(at, list) else at[part]
    at[last] = value
    return True
