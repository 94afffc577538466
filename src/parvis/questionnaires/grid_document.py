"""What a grid is made of: sources, criteria, their scales and their limits.

Plain frozen values without any rule of scoring; `grid_schema` is the entrance that reads, checks
and hands them out.
"""

from dataclasses import dataclass

from parvis.foundation.working_time import HOURS_PER_DAY
from parvis.questionnaires.enums import CriterionKind

YES = "yes"
NO = "no"
NOT_APPLICABLE = "na"

# One clock for all delays: a working day is 8 working hours, a week 5 working days.
WORKING_HOURS_PER_DAY = HOURS_PER_DAY
WORKING_DAYS_PER_WEEK = 5

NATURES = ("law", "public_commitment", "standard", "choice")
UNITS = ("rings", "minutes", "working_hours", "working_days", "weeks")
DELAY_STARTS = ("sent",)
DELAY_ENDS = ("acknowledged", "answered", "acknowledged_or_answered")
ENTERED_KINDS = (
    CriterionKind.YES_NO,
    CriterionKind.GRADED,
    CriterionKind.COUNT,
    CriterionKind.DURATION,
)
BANDED_KINDS = (CriterionKind.COUNT, CriterionKind.DURATION, CriterionKind.DELAY)


@dataclass(frozen=True, slots=True)
class LocalisedText:
    """The same words in the two languages of the product; French is the reference."""

    fr: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the English text for any English locale, the French one otherwise."""
        return self.en if language.lower().startswith("en") else self.fr


@dataclass(frozen=True, slots=True)
class Source:
    """Where a requirement comes from; `nature` is one of `NATURES`, `choice` being ours."""

    code: str
    name: LocalisedText
    nature: str
    reference: LocalisedText


@dataclass(frozen=True, slots=True)
class GradedOption:
    """One answer of a graded criterion, worth `score` out of 100."""

    code: str
    label: LocalisedText
    score: float


@dataclass(frozen=True, slots=True)
class Band:
    """`score` out of 100 for values up to and including `up_to`; None: whatever lies beyond."""

    up_to: float | None
    score: float


@dataclass(frozen=True, slots=True)
class Limit:
    """The published limit a criterion refers to, in `unit` (one of `UNITS`)."""

    value: float
    unit: str
    label: LocalisedText

    @property
    def working_hours(self) -> float | None:
        """The limit on the one clock; None when the unit is not one of working time."""
        hours_per_unit = {
            "working_hours": 1,
            "working_days": WORKING_HOURS_PER_DAY,
            "weeks": WORKING_HOURS_PER_DAY * WORKING_DAYS_PER_WEEK,
        }.get(self.unit)
        return None if hours_per_unit is None else self.value * hours_per_unit


@dataclass(frozen=True, slots=True)
class Condition:
    """A criterion is asked only if another one, asked earlier, has this stored value."""

    criterion: str
    equals: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the grid; which optional fields are filled depends on `kind`.

    `start_event`, `end_event` and `missing_score` (out of 100; None: not applicable) belong to
    delays, `options` to graded criteria, `bands` to counts, durations (minutes) and delays
    (working hours).
    """

    code: str
    channel: str
    stage: str
    determinant: str
    label: LocalisedText
    help: LocalisedText
    kind: str
    weight: float
    not_applicable: bool
    scored_zero_if_no_answer: bool
    required: bool
    source: str
    options: tuple[GradedOption, ...] = ()
    bands: tuple[Band, ...] = ()
    start_event: str | None = None
    end_event: str | None = None
    missing_score: float | None = None
    asked_if: Condition | None = None
    limit: Limit | None = None

    @property
    def is_entered(self) -> bool:
        """True when a person answers it, False when it is computed from two events."""
        return self.kind in ENTERED_KINDS


@dataclass(frozen=True, slots=True)
class GridDocument:
    """A whole grid as written; the order of criteria is the order in which they are asked."""

    code: str
    version: int
    title: LocalisedText
    description: LocalisedText
    licence: str
    sources: tuple[Source, ...]
    criteria: tuple[Criterion, ...]

    def of_channel(self, channel: str) -> tuple[Criterion, ...]:
        """The criteria of one channel, in the order in which they are asked."""
        return tuple(criterion for criterion in self.criteria if criterion.channel == channel)

    def criterion(self, code: str) -> Criterion:
        """Return the criterion of that code; KeyError when the grid has none."""
        for criterion in self.criteria:
            if criterion.code == code:
                return criterion
        raise KeyError(code)
