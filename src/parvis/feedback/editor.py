"""The editor of a questionnaire as its page draws it: rows of fields, each with its problem.

A field's name is its path in the document, and its identifier the same with hyphens: what a refusal
names is what the page marks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from parvis.feedback.drafts import ADDED_KINDS, OPTION_KINDS, Draft, can_add_step
from parvis.feedback.enums import Level, QuestionKind
from parvis.feedback.questionnaire_document import (
    LANGUAGES,
    MAX_LANGUAGES,
    MAX_OPTION_CHARACTERS,
    MAX_OPTIONS,
    MAX_QUESTION_CHARACTERS,
    RIGHT_TO_LEFT,
)
from parvis.questionnaires.enums import Determinant

Problems = Mapping[str, str]


def field_id(path: str) -> str:
    return path.replace(".", "-")


@dataclass(frozen=True, slots=True)
class TextField:
    """One text in one language."""

    path: str
    language: str
    value: str
    problem: str
    longest: int

    @property
    def id(self) -> str:
        return field_id(self.path)

    @property
    def language_name(self) -> str:
        return LANGUAGES[self.language]

    @property
    def direction(self) -> str:
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"


@dataclass(frozen=True, slots=True)
class TextGroup:
    """The same text in every language; `level` where it stands under a face."""

    label: str
    fields: list[TextField]
    level: int | None = None


@dataclass(frozen=True, slots=True)
class LevelBox:
    level: Level
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class OptionRow:
    path: str
    rank: int
    code: int
    text: TextGroup
    determinant: str
    levels: list[LevelBox]
    problem: str
    can_go_up: bool
    can_go_down: bool

    @property
    def id(self) -> str:
        return field_id(self.path)


@dataclass(frozen=True, slots=True)
class StepRow:
    """One screen. `number` is its rank in the document; the faces are number 0 and stay first."""

    path: str
    number: int
    key: str
    kind: str
    kind_label: str | Promise
    text: TextGroup
    determinant: str
    problem: str
    labels: list[TextGroup] = field(default_factory=list)
    ends: list[TextGroup] = field(default_factory=list)
    options: list[OptionRow] = field(default_factory=list)
    has_options: bool = False
    can_add_option: bool = False
    can_go_up: bool = False
    can_go_down: bool = False

    @property
    def id(self) -> str:
        return field_id(self.path)

    @property
    def rank(self) -> int:
        return self.number + 1


@dataclass(frozen=True, slots=True)
class Editor:
    """All that the page of the editor shows of a draft."""

    languages: list[tuple[str, str]]
    other_languages: list[tuple[str, str]]
    steps: list[StepRow]
    thanks: TextGroup
    kinds_to_add: list[tuple[str, str | Promise]]
    determinants: list[tuple[str, str | Promise]]
    # (identifier of the field, where it is, what is wrong), in the order of the page.
    problems: list[tuple[str, str, str]]
    problem_of_steps: str
    problem_of_languages: str


def editor_of(draft: Draft, problems: Problems) -> Editor:
    """The editor of a draft; `problems` (`drafts.problems_of`) are shown beside their fields."""
    languages: list[str] = draft.get("languages", [])
    steps: list[Draft] = draft.get("steps", [])
    rows = [
        _step_row(step, number, len(steps), languages, problems)
        for number, step in enumerate(steps)
    ]
    return Editor(
        languages=[(code, LANGUAGES[code]) for code in languages],
        other_languages=[(code, name) for code, name in LANGUAGES.items() if code not in languages]
        if len(languages) < MAX_LANGUAGES
        else [],
        steps=rows,
        thanks=_group(_("Remerciement"), draft.get("thanks", {}), "thanks", languages, problems),
        kinds_to_add=[
            (kind.value, kind.label) for kind in ADDED_KINDS if can_add_step(draft, kind)
        ],
        determinants=[("", _("Aucun en particulier")), *Determinant.choices],
        problems=[(_id_shown(path), _where(path, rows), text) for path, text in problems.items()],
        problem_of_steps=problems.get("steps", ""),
        problem_of_languages=problems.get("languages", ""),
    )


def _step_row(
    step: Draft, number: int, count: int, languages: list[str], problems: Problems
) -> StepRow:
    path = f"steps.{number}"
    kind = step.get("kind", "")
    has_options = kind in OPTION_KINDS
    options = step.get("options", [])
    own = [f"{path}.{name}" for name in ("key", "kind", "labels", "options", "determinant")]
    return StepRow(
        path=path,
        number=number,
        key=step.get("key", ""),
        kind=kind,
        kind_label=QuestionKind(kind).label if kind in QuestionKind.values else kind,
        text=_group(_("Question"), step.get("text", {}), f"{path}.text", languages, problems),
        determinant=step.get("determinant", ""),
        problem=next((problems[name] for name in [path, *own] if name in problems), ""),
        labels=[
            _group(
                str(Level(level).label),
                label,
                f"{path}.labels.{level}",
                languages,
                problems,
                MAX_OPTION_CHARACTERS,
                level,
            )
            for level, label in enumerate(step.get("labels", [])[: len(Level)])
        ],
        ends=[
            _group(
                label,
                step.get(end, {}),
                f"{path}.{end}",
                languages,
                problems,
                MAX_OPTION_CHARACTERS,
            )
            for end, label in (("low", _("Sous le 0")), ("high", _("Sous le 10")))
            if end in step
        ],
        options=[
            _option_row(option, f"{path}.options.{rank}", rank, len(options), languages, problems)
            for rank, option in enumerate(options)
        ],
        has_options=has_options,
        can_add_option=has_options and len(options) < MAX_OPTIONS,
        can_go_up=number > 1,
        can_go_down=0 < number < count - 1,
    )


def _option_row(
    option: Draft, path: str, rank: int, count: int, languages: list[str], problems: Problems
) -> OptionRow:
    ticked = option.get("levels", [])
    own = [path, f"{path}.code", f"{path}.levels", f"{path}.determinant"]
    return OptionRow(
        path=path,
        rank=rank + 1,
        code=option.get("code", -1),
        text=_group(
            _("Choix %d") % (rank + 1),
            option.get("text", {}),
            f"{path}.text",
            languages,
            problems,
            MAX_OPTION_CHARACTERS,
        ),
        determinant=option.get("determinant", ""),
        levels=[LevelBox(level, level.value in ticked) for level in Level],
        problem=next((problems[name] for name in own if name in problems), ""),
        can_go_up=rank > 0,
        can_go_down=rank < count - 1,
    )


def _group(
    label: str,
    texts: Mapping[str, str],
    path: str,
    languages: list[str],
    problems: Problems,
    longest: int = MAX_QUESTION_CHARACTERS,
    level: int | None = None,
) -> TextGroup:
    return TextGroup(
        label,
        [
            TextField(
                path=f"{path}.{language}",
                language=language,
                value=texts.get(language, ""),
                problem=problems.get(f"{path}.{language}", ""),
                longest=longest,
            )
            for language in languages
        ],
        level,
    )


def _id_shown(path: str) -> str:
    """The identifier of what the page shows for a path: a text's own field, else its group."""
    parts = path.split(".")
    if parts[-1] in LANGUAGES:
        return field_id(path)
    if parts[0] == "steps" and len(parts) > 1:
        return field_id(
            ".".join(parts[:4] if parts[2:3] == ["options"] and len(parts) > 3 else parts[:2])
        )
    return parts[0] or "steps"


def _where(path: str, rows: list[StepRow]) -> str:
    """Where a problem is, in words: "Écran 2, choix 3"."""
    parts = path.split(".")
    if parts[0] == "thanks":
        return _("Remerciement")
    if parts[0] != "steps" or len(parts) < 2:
        return _("Langues") if parts[0] == "languages" else _("Écrans")
    screen = _("Écran %d") % (int(parts[1]) + 1)
    if len(parts) > 3 and parts[2] == "options":
        return _("%(screen)s, choix %(rank)d") % {
            "screen": screen,
            "rank": int(parts[3]) + 1,
        }
    if len(parts) > 3 and parts[2] == "labels":
        return _("%(screen)s, visage « %(face)s »") % {
            "screen": screen,
            "face": Level(int(parts[3])).label,
        }
    return screen


# --- Preview --------------------------------------------------------------------------------------

PHONE, KIOSK = "telephone", "borne"


def preview_of(draft: Mapping[str, Any], language: str, shape: str) -> dict[str, Any]:
    """What the preview draws of a draft, in one of its languages, in the shape of a device."""
    languages = [code for code in draft.get("languages", []) if code in LANGUAGES] or ["fr"]
    shown = language if language in languages else languages[0]

    def text(texts: Any) -> str:
        return texts.get(shown, "") if isinstance(texts, Mapping) else ""

    screens = [
        {
            "kind": step.get("kind"),
            "rank": number,
            "text": text(step.get("text")),
            "faces": [
                {"level": level, "text": text(label)}
                for level, label in enumerate(step.get("labels", []))
            ],
            "options": [
                {
                    "text": text(option.get("text")),
                    "levels": [
                        Level(level) for level in option.get("levels", []) if level in Level
                    ],
                }
                for option in step.get("options", [])
            ],
            "low": text(step.get("low")),
            "high": text(step.get("high")),
        }
        for number, step in enumerate(draft.get("steps", []), start=1)
    ]
    return {
        "language": shown,
        "direction": "rtl" if shown in RIGHT_TO_LEFT else "ltr",
        "languages": [(code, LANGUAGES[code]) for code in languages],
        "shape": KIOSK if shape == KIOSK else PHONE,
        "shapes": [(PHONE, _("Téléphone")), (KIOSK, _("Borne"))],
        "screens": screens,
        "thanks": text(draft.get("thanks")),
        "scale": range(11),
    }
