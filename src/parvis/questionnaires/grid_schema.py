"""The entrance to grids as documents: reading, checking, hashing, scoring one answer.

A grid arrives as YAML (the default one is `data/default_grid.yaml`) and is refused as a whole, with
every defect named, unless it can be scored without doubt. Nothing here touches the database: the
same functions serve the import, the form of the mystery citizen and the scoring run.
"""

import json

import yaml
from django.utils.translation import gettext as _

from parvis.questionnaires.grid_answers import (
    MAX_COUNT,
    MAX_DURATION_MINUTES,
    delay_hours,
    is_asked,
    parse_value,
    score_delay,
    score_of,
)
from parvis.questionnaires.grid_checks import document_defects
from parvis.questionnaires.grid_document import (
    NO,
    NOT_APPLICABLE,
    WORKING_DAYS_PER_WEEK,
    WORKING_HOURS_PER_DAY,
    YES,
    Band,
    Condition,
    Criterion,
    GradedOption,
    GridDocument,
    Limit,
    LocalisedText,
    Source,
)
from parvis.questionnaires.grid_reader import document_mapping, read_document

__all__ = [
    "MAX_COUNT",
    "MAX_DURATION_MINUTES",
    "NO",
    "NOT_APPLICABLE",
    "WORKING_DAYS_PER_WEEK",
    "WORKING_HOURS_PER_DAY",
    "YES",
    "Band",
    "Condition",
    "Criterion",
    "GradedOption",
    "GridDocument",
    "GridError",
    "Limit",
    "LocalisedText",
    "Source",
    "canonical_bytes",
    "delay_hours",
    "document_mapping",
    "is_asked",
    "load_grid",
    "parse_value",
    "read_grid",
    "score_delay",
    "score_of",
    "validate",
]

# A grid of 150 criteria weighs about 120 kB; a file ten times larger is not a grid.
MAX_TEXT_LENGTH = 1_500_000

# The document, its criteria, one criterion, its options, one option, its label: six levels.
MAX_DEPTH = 12

# The loader in C reads the default grid ten times faster; both are the safe ones.
_SAFE_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class GridError(ValueError):
    """A grid that cannot be used; `messages` lists every defect found, for whoever writes it."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__("\n".join(messages))
        self.messages = messages


def load_grid(text: str) -> GridDocument:
    """Read and check a grid written in YAML, or in JSON, which is YAML too.

    Raises GridError as `read_grid` does, and for a text that is not YAML at all.
    """
    if len(text) > MAX_TEXT_LENGTH:
        raise GridError([_("Le fichier est trop volumineux pour être une grille.")])
    try:
        _refuse_deep_nesting(text)
        content = yaml.load(text, Loader=_SAFE_LOADER)  # noqa: S506
    except (yaml.YAMLError, ValueError) as error:
        raise GridError([_("Le fichier n’est pas du YAML lisible : %s") % error]) from error
    return read_grid(content)


def _refuse_deep_nesting(text: str) -> None:
    """Raise YAMLError past a depth no grid has: the loader in C recurses until it crashes."""
    depth = 0
    for event in yaml.parse(text, Loader=_SAFE_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise yaml.YAMLError(_("trop de niveaux emboîtés."))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def read_grid(content: object) -> GridDocument:
    """Read and check a grid already parsed, such as the one a database row stores.

    Raises GridError with one message per defect: first those of form (missing, misspelt or
    mistyped entries) then, once the form is right, those of `validate`.
    """
    messages: list[str] = []
    document = read_document(content, messages)
    if messages:
        raise GridError(messages)
    validate(document)
    return document


def validate(document: GridDocument) -> None:
    """Raise GridError, with every defect named, if the grid could not be scored without doubt."""
    if defects := document_defects(document):
        raise GridError(defects)


def canonical_bytes(document: GridDocument) -> bytes:
    """The one sequence of bytes of a grid, for hashing: compact JSON, sorted keys, UTF-8.

    It depends on the content alone, not on the layout or comments of the file, and
    `load_grid(canonical_bytes(document).decode())` gives the same document back.
    """
    return json.dumps(
        document_mapping(document), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()
