"""A questionnaire being written: read from a form as it was typed, changed by a button, checked.

A draft has the form of a document (`questionnaire_document`) but may be unfinished: nothing that
somebody typed is dropped because it is not right yet. Field names of the form are the paths of the
document's refusals, such as `steps.1.options.0.text.en`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict

from parvis.feedback.enums import MAX_OPTION_CODE, SET_KINDS, Level, QuestionKind
from parvis.feedback.questionnaire_document import (
    LANGUAGES,
    MAX_LANGUAGES,
    MAX_OPTIONS,
    MAX_STEPS_AFTER_SMILEY,
    read_document,
    tidy,
)
from parvis.foundation.draft_checks import problems_by_path

OPTION_KINDS = (*SET_KINDS, QuestionKind.SINGLE)
# What the page offers to add after the faces.
ADDED_KINDS = (
    QuestionKind.REASONS,
    QuestionKind.SCALE,
    QuestionKind.SINGLE,
    QuestionKind.MULTIPLE,
    QuestionKind.COMMENT,
    QuestionKind.IDEA,
)
# Kept of what is typed, above what any rule accepts: too long is said, not cut off.
KEPT_CHARACTERS = 400
_MOST_STEPS, _MOST_OPTIONS = 12, 40

Draft = dict[str, Any]


# --- Reading a form -------------------------------------------------------------------------------


def read_form(posted: QueryDict) -> Draft:
    """The draft that the form of the editor holds."""
    languages = list(
        dict.fromkeys(code for code in posted.getlist("languages") if code in LANGUAGES)
    )
    draft: Draft = {
        "languages": languages,
        "thanks": _texts(posted, "thanks", languages),
        "steps": [],
    }
    for number in range(_MOST_STEPS):
        path = f"steps.{number}"
        if f"{path}.kind" not in posted:
            break
        draft["steps"].append(_step(posted, path, languages))
    return draft


def _step(posted: QueryDict, path: str, languages: list[str]) -> Draft:
    kind = _text(posted, f"{path}.kind")
    step: Draft = {
        "key": _text(posted, f"{path}.key"),
        "kind": kind,
        "determinant": _text(posted, f"{path}.determinant"),
        "text": _texts(posted, f"{path}.text", languages),
    }
    if kind == QuestionKind.SMILEY:
        step["labels"] = [_texts(posted, f"{path}.labels.{level}", languages) for level in Level]
    elif kind == QuestionKind.SCALE:
        step["low"] = _texts(posted, f"{path}.low", languages)
        step["high"] = _texts(posted, f"{path}.high", languages)
    elif kind in OPTION_KINDS:
        step["options"] = []
        for number in range(_MOST_OPTIONS):
            option = f"{path}.options.{number}"
            if f"{option}.code" not in posted:
                break
            step["options"].append(
                {
                    "code": _number(_text(posted, f"{option}.code")),
                    "text": _texts(posted, f"{option}.text", languages),
                    "determinant": _text(posted, f"{option}.determinant"),
                    "levels": sorted(
                        {
                            _number(level)
                            for level in posted.getlist(f"{option}.levels")
                            if _number(level) in Level.values
                        }
                    ),
                }
            )
    return step


def _text(posted: QueryDict, name: str) -> str:
    raw = (posted.get(name) or "").replace("\x00", "").encode(errors="replace").decode()
    return tidy(raw)[:KEPT_CHARACTERS]


def _texts(posted: QueryDict, path: str, languages: list[str]) -> dict[str, str]:
    return {language: _text(posted, f"{path}.{language}") for language in languages}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1


# --- Buttons --------------------------------------------------------------------------------------


def apply(action: str, draft: Draft, *, taken: TakenNames) -> str:
    """Change the draft as a button asks; return the path of what to show next, or an empty string.

    Actions are `add-step:<kind>`, `remove-step:<n>`, `up-step:<n>`, `down-step:<n>`, the same for
    options (`add-option:<step>`, `remove-option:<step>:<n>` and so on), `add-language:<code>` and
    `remove-language:<code>`. One that names nothing changes nothing.
    """
    name, *arguments = action.split(":")
    if name == "add-step" and arguments:
        return _add_step(draft, arguments[0], taken)
    if name in ("add-language", "remove-language") and arguments:
        return _change_languages(draft, name, arguments[0])
    numbers = [_number(argument) for argument in arguments]
    steps = draft["steps"]
    if not numbers or not 0 <= numbers[0] < len(steps):
        return ""
    step = steps[numbers[0]]
    if name == "add-option":
        return _add_option(step, numbers[0], draft["languages"], taken)
    verb, _hyphen, what = name.partition("-")
    if what == "step" and numbers[0] > 0:
        # The faces stay first.
        moved = _change_list(steps, verb, numbers[0], first=1)
        return f"steps.{moved}" if moved is not None else ""
    if what == "option" and len(numbers) == 2 and "options" in step:
        moved = _change_list(step["options"], verb, numbers[1], first=0)
        return f"steps.{numbers[0]}.options.{moved}" if moved is not None else f"steps.{numbers[0]}"
    return ""


class TakenNames:
    """Keys of questions and codes of options already published: never given another meaning."""

    def __init__(self, documents: Iterable[Mapping[str, Any]]) -> None:
        self.keys: set[str] = set()
        self.codes: dict[str, int] = {}
        for document in documents:
            for step in document.get("steps", []):
                self.keys.add(step["key"])
                for option in step.get("options", []):
                    highest = max(self.codes.get(step["key"], -1), option["code"])
                    self.codes[step["key"]] = highest

    def new_key(self, kind: str, draft: Draft) -> str:
        used = self.keys | {step["key"] for step in draft["steps"]}
        candidates = [kind, *(f"{kind}-{rank}" for rank in range(2, len(used) + 3))]
        return next(key for key in candidates if key not in used)

    def new_code(self, step: Draft) -> int:
        """One above all that were ever given; beyond the last the form says so when checked."""
        given = [option["code"] for option in step["options"]]
        return max([self.codes.get(step["key"], -1), *given]) + 1


def can_add_step(draft: Draft, kind: str) -> bool:
    """Whether one more of this kind is allowed."""
    kinds = [step["kind"] for step in draft["steps"]]
    if len(kinds) > MAX_STEPS_AFTER_SMILEY:
        return False
    return kind not in (QuestionKind.COMMENT, QuestionKind.IDEA) or kind not in kinds


def _add_step(draft: Draft, kind: str, taken: TakenNames) -> str:
    if kind not in ADDED_KINDS or not can_add_step(draft, kind):
        return ""
    languages = draft["languages"]
    step: Draft = {
        "key": taken.new_key(kind, draft),
        "kind": kind,
        "determinant": "",
        "text": _empty(languages),
    }
    if kind == QuestionKind.SCALE:
        step |= {"low": _empty(languages), "high": _empty(languages)}
    elif kind in OPTION_KINDS:
        step["options"] = []
        for _rank in range(2):
            _add_option(step, 0, languages, taken)
    draft["steps"].append(step)
    return f"steps.{len(draft['steps']) - 1}"


def _add_option(step: Draft, number: int, languages: list[str], taken: TakenNames) -> str:
    options = step.get("options")
    if options is None or len(options) >= MAX_OPTIONS:
        return ""
    code = taken.new_code(step)
    if code > MAX_OPTION_CODE:
        return ""
    options.append({"code": code, "text": _empty(languages), "determinant": "", "levels": []})
    return f"steps.{number}.options.{len(options) - 1}"


def _change_list(rows: list[Any], verb: str, number: int, *, first: int) -> int | None:
    """Remove or move a row; where it is now, or None when it is gone or nothing was done."""
    if not first <= number < len(rows):
        return None
    if verb == "remove":
        del rows[number]
        return None
    target = number + {"up": -1, "down": 1}.get(verb, 0)
    if target == number or not first <= target < len(rows):
        return None
    rows[number], rows[target] = rows[target], rows[number]
    return target


def _change_languages(draft: Draft, name: str, code: str) -> str:
    languages = draft["languages"]
    if name == "add-language" and code in LANGUAGES and code not in languages:
        if len(languages) >= MAX_LANGUAGES:
            return ""
        languages.append(code)
        for texts in _all_texts(draft):
            texts[code] = ""
    elif name == "remove-language" and code in languages and len(languages) > 1:
        languages.remove(code)
        for texts in _all_texts(draft):
            texts.pop(code, None)
    return "languages"


def _all_texts(draft: Draft) -> Iterable[dict[str, str]]:
    yield draft["thanks"]
    for step in draft["steps"]:
        yield step["text"]
        yield from step.get("labels", [])
        yield from (step[end] for end in ("low", "high") if end in step)
        yield from (option["text"] for option in step.get("options", []))


def _empty(languages: list[str]) -> dict[str, str]:
    return dict.fromkeys(languages, "")


# --- Checking -------------------------------------------------------------------------------------


def problems_of(draft: Draft) -> dict[str, str]:
    """Every reason why the draft cannot be published yet, by path."""
    return problems_by_path(draft, read=read_document, put_right=_write_something)


def _write_something(draft: Any, path: str, _rounds: int) -> bool:
    """Write a text where one was refused; False where something else was."""
    *parents, last = path.split(".")
    if last not in LANGUAGES:
        return False
    at = draft
    for part in parents:
        at = at[int(part)] if isinstance(at, list) else at[part]
    at[last] = "…"
    return True
