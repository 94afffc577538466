"""What a phase is set to: read from its JSON, written back, one shape a kind of phase.

A phase's settings are frozen once it has begun, but for what only helps reading (labels).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from parvis.consultations.enums import PhaseKind

# Polis's own defaults for what counts as taking part.
MOST_FIELDS = 8
MOST_CHOICES = 40


@dataclass(frozen=True, slots=True)
class Choice:
    """A theme or a sector: a code in addresses and exports, a label on pages."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class CustomField:
    """A question of the form of an idea, beside its title and text.

    `options` is empty for a free answer of one line.
    """

    code: str
    label: str
    options: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class MapView:
    """Where the map opens: degrees WGS 84, and the zoom of web maps (0 the world, 18 a street)."""

    latitude: float
    longitude: float
    zoom: int = 13


@dataclass(frozen=True, slots=True)
class IdeasSettings:
    themes: tuple[Choice, ...] = ()
    sectors: tuple[Choice, ...] = ()
    fields: tuple[CustomField, ...] = ()
    # None = no map.
    map: MapView | None = None
    with_images: bool = True
    with_documents: bool = False
    with_comments: bool = True
    with_support: bool = True


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """Criteria are contributions of the phase; so are arguments and conditions."""

    # Where the project is; None = nowhere in particular.
    map: MapView | None = None
    with_arguments: bool = True
    with_conditions: bool = True


@dataclass(frozen=True, slots=True)
class OpinionsSettings:
    # Whether citizens may propose statements, read before they are shown.
    citizens_propose: bool = True


@dataclass(frozen=True, slots=True)
class PairsSettings:
    citizens_propose: bool = False


@dataclass(frozen=True, slots=True)
class BudgetSettings:
    """`ballot` is "approval" or "points"; `rule` and `completion` as in `parvis analyse budget`."""

    envelope_euros: int = 100_000
    ballot: str = "approval"
    # Points each person shares out; of no meaning with approvals.
    points: int = 10
    # Projects one may approve; 0 = as many as one likes.
    most_projects: int = 0
    # Whether the projects one approves must fit in the envelope together (not with points).
    within_envelope: bool = False
    rule: str = "equal-shares"
    completion: str = "add1"


@dataclass(frozen=True, slots=True)
class InformationSettings:
    """Phases that only inform."""


Settings = (
    IdeasSettings
    | ProjectSettings
    | OpinionsSettings
    | PairsSettings
    | BudgetSettings
    | InformationSettings
)

_SHAPES: Mapping[str, type[Settings]] = {
    PhaseKind.IDEAS: IdeasSettings,
    PhaseKind.PROJECT: ProjectSettings,
    PhaseKind.EVALUATION: ProjectSettings,
    PhaseKind.OPINIONS: OpinionsSettings,
    PhaseKind.PAIRS: PairsSettings,
    PhaseKind.BUDGET: BudgetSettings,
}

Shape = TypeVar("Shape", bound=Settings)


def read_settings(kind: str, document: Mapping[str, Any]) -> Settings:
    """The settings of a phase; what the document does not say has its default."""
    shape = _SHAPES.get(kind, InformationSettings)
    known = {name: document[name] for name in shape.__dataclass_fields__ if name in document}
    if "themes" in known:
        known["themes"] = tuple(Choice(**choice) for choice in known["themes"])
    if "sectors" in known:
        known["sectors"] = tuple(Choice(**choice) for choice in known["sectors"])
    if "fields" in known:
        known["fields"] = tuple(
            CustomField(**{**field, "options": tuple(field.get("options", ()))})
            for field in known["fields"]
        )
    if known.get("map") is not None:
        known["map"] = MapView(**known["map"])
    return shape(**known)


def settings_as(shape: type[Shape], kind: str, document: Mapping[str, Any]) -> Shape:
    """The settings of a phase known to be of that shape; `TypeError` when it is of another."""
    read = read_settings(kind, document)
    if not isinstance(read, shape):
        raise TypeError(f"a phase of kind {kind} has no {shape.__name__}")
    return read


def written_settings(settings: Settings) -> dict[str, Any]:
    """The settings as `Phase.settings` keeps them."""
    return asdict(settings)
