"""The document of a questionnaire: what a kiosk and a phone show, in every language.

```
{"languages": ["fr", "en"],                      # the first is the one shown unasked
 "thanks": {"fr": "Merci !", "en": "Thank you!"},
 "steps": [
  {"key": "satisfaction", "kind": "smiley", "determinant": "",
   "text": {"fr": …}, "labels": [{"fr": "Très mal", …}, …4]},        # always first, always one
  {"key": "reasons", "kind": "reasons", "text": {…},
   "options": [{"code": 0, "text": {…}, "determinant": "waiting", "levels": [0, 1]}, …]},
  {"key": "effort", "kind": "scale", "text": {…}, "low": {…}, "high": {…}},
  {"key": "comment", "kind": "comment", "text": {…}}]}
```
An option's `levels` are the smileys after which it is proposed (empty = all). Option codes go from
0 to 61, are never reused for another meaning, and become the `answer` of the counts. Up to three
steps follow the smiley; at most one comment and one idea.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from parvis.feedback.enums import MAX_OPTION_CODE, SET_KINDS, TEXT_KINDS, Level, QuestionKind
from parvis.foundation.errors import Refusal
from parvis.questionnaires.enums import Determinant

# Languages offered, as written by those who read them.
LANGUAGES: dict[str, str] = {
    "fr": "Français",
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "it": "Italiano",
    "pt": "Português",
    "nl": "Nederlands",
    "pl": "Polski",
    "ro": "Română",
    "tr": "Türkçe",
    "uk": "Українська",
    "ru": "Русский",
    "ar": "العربية",
    "zh": "中文",
}
RIGHT_TO_LEFT = frozenset({"ar"})
MAX_LANGUAGES = 6
MAX_STEPS_AFTER_SMILEY = 3
MAX_OPTIONS = 12
MAX_QUESTION_CHARACTERS = 140
MAX_OPTION_CHARACTERS = 60
MAX_TEXT_ANSWER_CHARACTERS = 2000
MAX_SCALE = 10
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
_KEY = re.compile(r"^[a-z][a-z0-9-]{0,39}$")

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to tick. `levels` empty = after any smiley."""

    code: int
    text: Texts
    determinant: str = ""
    levels: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One screen: `labels` for a smiley, `options` for choices, `low` and `high` for 0–10."""

    key: str
    kind: QuestionKind
    text: Texts
    determinant: str = ""
    labels: tuple[Texts, ...] = ()
    options: tuple[Option, ...] = ()
    low: Texts | None = None
    high: Texts | None = None

    def accepts(self, value: int) -> bool:
        """Whether an answer's `value` is one this step offers."""
        if self.kind in SET_KINDS:
            return value >= 0 and value & ~self.offered == 0
        return 0 <= value <= MAX_OPTION_CODE and self.offered >> value & 1 == 1

    @property
    def offered(self) -> int:
        """The values offered, as a sum of powers of two: of the codes of the options, for a set."""
        if self.kind == QuestionKind.SMILEY:
            return (1 << len(Level)) - 1
        if self.kind == QuestionKind.SCALE:
            return (1 << MAX_SCALE + 1) - 1
        if self.kind in TEXT_KINDS:
            return 1 << 1
        return sum(1 << option.code for option in self.options)


@dataclass(frozen=True, slots=True)
class Document:
    """A whole questionnaire, read and checked."""

    languages: tuple[str, ...]
    thanks: Texts
    steps: tuple[Step, ...]

    @property
    def smiley(self) -> Step:
        return self.steps[0]

    def step(self, key: str) -> Step | None:
        return next((step for step in self.steps if step.key == key), None)


def read_document(raw: Any) -> Document:
    """The document in an object read from JSON; raise `Refusal` with the field when it is not one.

    The refusal's `field` is a path such as `steps.1.options.0.text.en`.
    """
    if not isinstance(raw, dict):
        raise Refusal(_("Le questionnaire n’est pas lisible."))
    languages = _languages(raw.get("languages"))
    steps_raw = raw.get("steps")
    if not isinstance(steps_raw, list) or not steps_raw:
        raise Refusal(
            _("Le questionnaire commence par une question à quatre visages."), field="steps"
        )
    steps = tuple(_step(step, languages, f"steps.{n}") for n, step in enumerate(steps_raw))
    _check_order(steps)
    return Document(languages, _texts(raw.get("thanks"), languages, "thanks"), steps)


def tidy(text: str) -> str:
    """The text on one line without spare blanks; its no-break spaces stay."""
    return _BLANKS.sub(" ", text).strip(" ")


def _languages(raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, list) or not raw or any(code not in LANGUAGES for code in raw):
        raise Refusal(_("Choisissez au moins une langue de la liste."), field="languages")
    if len(set(raw)) != len(raw) or len(raw) > MAX_LANGUAGES:
        raise Refusal(
            _("Choisissez au plus %(most)d langues, chacune une fois.") % {"most": MAX_LANGUAGES},
            field="languages",
        )
    return tuple(raw)


def _check_order(steps: tuple[Step, ...]) -> None:
    kinds = [step.kind for step in steps]
    if kinds[0] != QuestionKind.SMILEY or kinds.count(QuestionKind.SMILEY) != 1:
        raise Refusal(
            _("Le questionnaire commence par une question à quatre visages, et n’en a qu’une."),
            field="steps.0.kind",
        )
    if len(steps) > 1 + MAX_STEPS_AFTER_SMILEY:
        raise Refusal(
            _("Au plus trois étapes suivent les visages : au-delà, on renonce."), field="steps"
        )
    for kind in (QuestionKind.COMMENT, QuestionKind.IDEA):
        if kinds.count(kind) > 1:
            raise Refusal(_("Un seul commentaire et une seule idée suffisent."), field="steps")
    keys = [step.key for step in steps]
    if len(set(keys)) != len(keys):
        raise Refusal(_("Deux questions ont le même nom."), field="steps")


def _step(raw: Any, languages: tuple[str, ...], path: str) -> Step:
    if not isinstance(raw, dict):
        raise Refusal(_("Cette question n’est pas lisible."), field=path)
    key, kind = raw.get("key"), raw.get("kind")
    if not isinstance(key, str) or not _KEY.match(key):
        raise Refusal(_("Le nom de la question n’est pas valable."), field=f"{path}.key")
    if kind not in QuestionKind.values:
        raise Refusal(_("Choisissez une sorte de question."), field=f"{path}.kind")
    kind = QuestionKind(kind)
    labels: tuple[Texts, ...] = ()
    options: tuple[Option, ...] = ()
    low = high = None
    if kind == QuestionKind.SMILEY:
        raw_labels = raw.get("labels")
        if not isinstance(raw_labels, list) or len(raw_labels) != len(Level):
            raise Refusal(
                _("Écrivez un mot sous chacun des quatre visages."), field=f"{path}.labels"
            )
        labels = tuple(
            _texts(label, languages, f"{path}.labels.{n}", MAX_OPTION_CHARACTERS)
            for n, label in enumerate(raw_labels)
        )
    elif kind in (*SET_KINDS, QuestionKind.SINGLE):
        options = _options(raw.get("options"), languages, f"{path}.options")
    elif kind == QuestionKind.SCALE:
        low = _texts(raw.get("low"), languages, f"{path}.low", MAX_OPTION_CHARACTERS)
        high = _texts(raw.get("high"), languages, f"{path}.high", MAX_OPTION_CHARACTERS)
    return Step(
        key=key,
        kind=kind,
        text=_texts(raw.get("text"), languages, f"{path}.text"),
        determinant=_determinant(raw.get("determinant", ""), f"{path}.determinant"),
        labels=labels,
        options=options,
        low=low,
        high=high,
    )


def _options(raw: Any, languages: tuple[str, ...], path: str) -> tuple[Option, ...]:
    if not isinstance(raw, list) or not 2 <= len(raw) <= MAX_OPTIONS:
        raise Refusal(_("Proposez de deux à %(most)d choix.") % {"most": MAX_OPTIONS}, field=path)
    options = tuple(_option(option, languages, f"{path}.{n}") for n, option in enumerate(raw))
    codes = [option.code for option in options]
    if len(set(codes)) != len(codes):
        raise Refusal(_("Deux choix portent le même code."), field=path)
    return options


def _option(raw: Any, languages: tuple[str, ...], path: str) -> Option:
    if not isinstance(raw, dict):
        raise Refusal(_("Ce choix n’est pas lisible."), field=path)
    code, levels = raw.get("code"), raw.get("levels", [])
    if type(code) is not int or not 0 <= code <= MAX_OPTION_CODE:
        raise Refusal(_("Le code de ce choix n’est pas valable."), field=f"{path}.code")
    if not isinstance(levels, list) or any(level not in Level.values for level in levels):
        raise Refusal(_("Les visages de ce choix ne sont pas valables."), field=f"{path}.levels")
    return Option(
        code=code,
        text=_texts(raw.get("text"), languages, f"{path}.text", MAX_OPTION_CHARACTERS),
        determinant=_determinant(raw.get("determinant", ""), f"{path}.determinant"),
        levels=tuple(sorted(set(levels))),
    )


def _determinant(raw: Any, path: str) -> str:
    if raw != "" and raw not in Determinant.values:
        raise Refusal(_("Ce déterminant n’existe pas."), field=path)
    return str(raw)


def _texts(
    raw: Any, languages: tuple[str, ...], path: str, most: int = MAX_QUESTION_CHARACTERS
) -> Texts:
    if not isinstance(raw, dict):
        raise Refusal(_("Écrivez ce texte."), field=path)
    texts = {}
    for language in languages:
        text = raw.get(language)
        text = tidy(text) if isinstance(text, str) else ""
        if not text:
            raise Refusal(
                _("Écrivez ce texte en %(language)s.") % {"language": LANGUAGES[language]},
                field=f"{path}.{language}",
            )
        if len(text) > most:
            raise Refusal(
                _("Ce texte dépasse %(most)d caractères.") % {"most": most},
                field=f"{path}.{language}",
            )
        texts[language] = text
    return texts
