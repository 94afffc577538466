"""From the mapping of a YAML or JSON file to a grid and back, with every defect of form named.

The reader goes on after a defect, with an empty value in its place, so that whoever writes a grid
corrects all of them in one pass; a document read with defects is never handed out.
"""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from parvis.questionnaires.enums import CriterionKind
from parvis.questionnaires.grid_document import (
    BANDED_KINDS,
    Band,
    Condition,
    Criterion,
    GradedOption,
    GridDocument,
    Limit,
    LocalisedText,
    Source,
)


class MappingReader:
    """Takes typed entries out of one mapping and notes what is missing, mistyped or left over.

    `messages` is shared by all the readers of a document; `place` names the mapping in them.
    """

    def __init__(self, content: object, place: str, messages: list[str]) -> None:
        self._place = place
        self._messages = messages
        self._read: set[str] = set()
        self._content: dict[Any, Any] = {}
        if isinstance(content, dict):
            self._content = content
        else:
            self._note(_("des entrées « clé : valeur » sont attendues."))

    def _note(self, message: str) -> None:
        self._messages.append(
            _("%(place)s : %(message)s") % {"place": self._place, "message": message}
        )

    def _take(self, key: str) -> object:
        self._read.add(key)
        if key not in self._content:
            self._note(_("il manque « %s ».") % key)
            return None
        return self._content[key]

    def _expect(self, key: str, expected: str) -> None:
        if key in self._content:
            self._note(
                _("« %(key)s » doit être %(expected)s.") % {"key": key, "expected": expected}
            )

    def has(self, key: str) -> bool:
        """Whether the optional entry is there; it then has to be read, or is refused."""
        return key in self._content

    def string(self, key: str) -> str:
        value = self._take(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        self._expect(key, _("un texte non vide"))
        return ""

    def boolean(self, key: str) -> bool:
        value = self._take(key)
        if isinstance(value, bool):
            return value
        self._expect(key, _("« true » ou « false »"))
        return False

    def integer(self, key: str) -> int:
        value = self._take(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self._expect(key, _("un nombre entier"))
        return 1

    def number(self, key: str) -> float:
        value = self._take(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        self._expect(key, _("un nombre"))
        return 0.0

    def nullable_number(self, key: str) -> float | None:
        """A number, or an explicit null: leaving the entry out is a defect."""
        if self.has(key) and self._content[key] is None:
            self._read.add(key)
            return None
        return self.number(key)

    def mapping(self, key: str) -> "MappingReader":
        value = self._take(key)
        place = f"{self._place}, {key}"
        if key not in self._content:
            return _SilentReader(place)
        return MappingReader(value, place, self._messages)

    def listed(self, key: str) -> Iterator["MappingReader"]:
        """Readers of the mappings of a list, each named by its position, from 1."""
        for position, entry in enumerate(self._entries(key), start=1):
            yield MappingReader(entry, f"{self._place}, {key} {position}", self._messages)

    def named(self, key: str, noun: str) -> Iterator["MappingReader"]:
        """Readers of the mappings of a list, each named by its code when it has one."""
        for position, entry in enumerate(self._entries(key), start=1):
            code = entry.get("code") if isinstance(entry, dict) else None
            yield MappingReader(entry, f"{noun} {code or position}", self._messages)

    def _entries(self, key: str) -> list[Any]:
        value = self._take(key)
        if isinstance(value, list):
            return value
        self._expect(key, _("une liste"))
        return []

    def refuse_unread(self) -> None:
        """Note every entry nobody asked for: most are misspelt names of optional ones."""
        for key in self._content:
            if key not in self._read:
                self._note(_("entrée inconnue « %s ».") % key)


class _SilentReader(MappingReader):
    """Stands for a mapping already reported missing, so that its entries are not reported too."""

    def __init__(self, place: str) -> None:
        super().__init__({}, place, [])


def read_document(content: object, messages: list[str]) -> GridDocument:
    """Read a whole grid; the document is sound only if nothing was added to `messages`."""
    reader = MappingReader(content, _("grille"), messages)
    document = GridDocument(
        code=reader.string("code"),
        version=reader.integer("version"),
        title=_read_text(reader, "title"),
        description=_read_text(reader, "description"),
        licence=reader.string("licence"),
        sources=tuple(_read_source(entry) for entry in reader.named("sources", _("source"))),
        criteria=tuple(_read_criterion(entry) for entry in reader.named("criteria", _("critère"))),
    )
    reader.refuse_unread()
    return document


def _read_text(reader: MappingReader, key: str) -> LocalisedText:
    languages = reader.mapping(key)
    text = LocalisedText(fr=languages.string("fr"), en=languages.string("en"))
    languages.refuse_unread()
    return text


def _read_source(reader: MappingReader) -> Source:
    source = Source(
        code=reader.string("code"),
        name=_read_text(reader, "name"),
        nature=reader.string("nature"),
        reference=_read_text(reader, "reference"),
    )
    reader.refuse_unread()
    return source


def _read_criterion(reader: MappingReader) -> Criterion:
    kind = reader.string("kind")
    is_delay = kind == CriterionKind.DELAY
    criterion = Criterion(
        code=reader.string("code"),
        channel=reader.string("channel"),
        stage=reader.string("stage"),
        determinant=reader.string("determinant"),
        label=_read_text(reader, "label"),
        help=_read_text(reader, "help"),
        kind=kind,
        weight=reader.number("weight"),
        not_applicable=reader.boolean("not_applicable"),
        scored_zero_if_no_answer=reader.boolean("scored_zero_if_no_answer"),
        required=reader.boolean("required"),
        source=reader.string("source"),
        options=tuple(_read_option(entry) for entry in reader.named("options", _("réponse")))
        if kind == CriterionKind.GRADED
        else (),
        bands=tuple(_read_band(entry) for entry in reader.listed("bands"))
        if kind in BANDED_KINDS
        else (),
        start_event=reader.string("from") if is_delay else None,
        end_event=reader.string("to") if is_delay else None,
        missing_score=reader.nullable_number("missing_score") if is_delay else None,
        asked_if=_read_condition(reader.mapping("asked_if")) if reader.has("asked_if") else None,
        limit=_read_limit(reader.mapping("limit")) if reader.has("limit") else None,
    )
    reader.refuse_unread()
    return criterion


def _read_option(reader: MappingReader) -> GradedOption:
    option = GradedOption(
        code=reader.string("code"),
        label=_read_text(reader, "label"),
        score=reader.number("score"),
    )
    reader.refuse_unread()
    return option


def _read_band(reader: MappingReader) -> Band:
    band = Band(
        up_to=reader.number("up_to") if reader.has("up_to") else None,
        score=reader.number("score"),
    )
    reader.refuse_unread()
    return band


def _read_condition(reader: MappingReader) -> Condition:
    condition = Condition(criterion=reader.string("criterion"), equals=reader.string("equals"))
    reader.refuse_unread()
    return condition


def _read_limit(reader: MappingReader) -> Limit:
    limit = Limit(
        value=reader.number("value"),
        unit=reader.string("unit"),
        label=_read_text(reader, "label"),
    )
    reader.refuse_unread()
    return limit


def document_mapping(document: GridDocument) -> dict[str, Any]:
    """The mapping `read_document` reads back into the same document."""
    return {
        "code": document.code,
        "version": document.version,
        "title": _text_mapping(document.title),
        "description": _text_mapping(document.description),
        "licence": document.licence,
        "sources": [
            {
                "code": source.code,
                "name": _text_mapping(source.name),
                "nature": source.nature,
                "reference": _text_mapping(source.reference),
            }
            for source in document.sources
        ],
        "criteria": [_criterion_mapping(criterion) for criterion in document.criteria],
    }


def _text_mapping(text: LocalisedText) -> dict[str, str]:
    return {"fr": text.fr, "en": text.en}


def _criterion_mapping(criterion: Criterion) -> dict[str, Any]:
    mapping: dict[str, Any] = {
        "code": criterion.code,
        "channel": criterion.channel,
        "stage": criterion.stage,
        "determinant": criterion.determinant,
        "label": _text_mapping(criterion.label),
        "help": _text_mapping(criterion.help),
        "kind": criterion.kind,
        "weight": criterion.weight,
        "not_applicable": criterion.not_applicable,
        "scored_zero_if_no_answer": criterion.scored_zero_if_no_answer,
        "required": criterion.required,
        "source": criterion.source,
    }
    if criterion.options:
        mapping["options"] = [
            {"code": option.code, "label": _text_mapping(option.label), "score": option.score}
            for option in criterion.options
        ]
    if criterion.bands:
        mapping["bands"] = [
            {"score": band.score}
            if band.up_to is None
            else {"up_to": band.up_to, "score": band.score}
            for band in criterion.bands
        ]
    if criterion.kind == CriterionKind.DELAY:
        mapping["from"] = criterion.start_event
        mapping["to"] = criterion.end_event
        mapping["missing_score"] = criterion.missing_score
    if criterion.asked_if is not None:
        mapping["asked_if"] = {
            "criterion": criterion.asked_if.criterion,
            "equals": criterion.asked_if.equals,
        }
    if criterion.limit is not None:
        mapping["limit"] = {
            "value": criterion.limit.value,
            "unit": criterion.limit.unit,
            "label": _text_mapping(criterion.limit.label),
        }
    return mapping
