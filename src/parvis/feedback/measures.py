"""Feedback on the one scale: what a month says of each organisation, for the room `measures`.

Read from the counts by month only, counted answers only. A smiley is worth 0, 33.3, 66.7 or 100, a
note ten times itself. Suppression comes first: a measure rests on 30 answers at least, and a
touchpoint where fewer than five agents work takes part in no measure of a month in which it has
fewer than 30 answers, so that no difference of two measures speaks of one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from django.db import transaction
from django.db.models import Min
from numpy.typing import NDArray

from parvis.feedback.enums import NO_LEVEL, RESPONDENTS, Exclusion, Level, QuestionKind
from parvis.feedback.models import (
    MINIMUM_ANSWERS_WITH_FEW_AGENTS,
    MINIMUM_STAFFING,
    MonthCount,
    Question,
    QuestionnaireVersion,
    Touchpoint,
)
from parvis.measures.models import Measure
from parvis.measures.operations import publish
from parvis.questionnaires.enums import Channel, Determinant, JourneyStage
from parvis.statistics.bounded_means import bounded_means

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

SOURCE: Final = "feedback"
MINIMUM_ANSWERS: Final = 30
POINTS_PER_LEVEL: Final = 100 / (len(Level) - 1)
_POINTS_PER_NOTE: Final = 10.0
# Kinds whose options may speak of a determinant.
_CHOICES: Final = (QuestionKind.REASONS, QuestionKind.MULTIPLE, QuestionKind.SINGLE)

# Columns of the sums: everything, then each stage, channel, determinant asked about, determinant
# given as a reason. The dimensions of a `Measure` that each fills.
_DIMENSIONS: Final[tuple[dict[str, str], ...]] = (
    {},
    *({"stage": code} for code in JourneyStage.values),
    *({"channel": code} for code in Channel.values),
    *({"determinant": code} for code in Determinant.values),
    *({"determinant": code} for code in Determinant.values),
)
_STAGE_COLUMN: Final = {code: 1 + n for n, code in enumerate(JourneyStage.values)}
_CHANNEL_COLUMN: Final = {code: 1 + len(JourneyStage) + n for n, code in enumerate(Channel.values)}
_DETERMINANT: Final = {code: n for n, code in enumerate(Determinant.values)}
_ASKED: Final = 1 + len(JourneyStage) + len(Channel)
_REASONS: Final = _ASKED + len(Determinant)


def reference_of(month: date) -> str:
    return f"period:{month:%Y-%m}"


def publish_past_months(*, today: date) -> int:
    """Publish every month over before `today`'s, again where late answers or exclusions changed it.

    Returns how many months were written. Needs the scopes disabled. Run twice, it writes nothing
    the second time.
    """
    first = MonthCount.objects.aggregate(first=Min("month"))["first"]
    if first is None:
        return 0
    catalogue = _Catalogue()
    return sum(
        publish_month(month, catalogue=catalogue) is not None
        for month in _months(first, today.replace(day=1))
    )


@transaction.atomic
def publish_month(month: date, *, catalogue: _Catalogue | None = None) -> int | None:
    """Write what a month, named by its first day, says of each organisation.

    Returns how many measures, None when they already stood so. Needs the scopes disabled.
    """
    rows = list(_measures(month, catalogue or _Catalogue()))
    reference = reference_of(month)
    standing = Measure.objects.of_source(SOURCE, reference)
    if {_content(row) for row in standing} == {_content(row) for row in rows}:
        return None
    return publish(rows, source=SOURCE, reference=reference)


def _content(row: Measure) -> tuple[Any, ...]:
    return (
        row.organisation_id,
        row.stage,
        row.channel,
        row.determinant,
        row.period_start,
        row.period_end,
        row.estimate_percent,
        row.lower_percent,
        row.upper_percent,
        row.answers,
    )


def _months(first: date, end: date) -> Iterator[date]:
    """First days of the months from `first` to the one before `end`."""
    month = first
    while month < end:
        yield month
        month = _next(month)


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


class _Catalogue:
    """What the identifiers of counts stand for, read once for all the months of a publication."""

    def __init__(self) -> None:
        self.touchpoints: dict[int, tuple[int, str, str, int]] = {
            pk: (organisation, stage, channel, staffing)
            for pk, organisation, stage, channel, staffing in Touchpoint.objects.values_list(
                "pk", "organisation_id", "stage", "channel", "staffing"
            )
        }
        self.questions: dict[int, tuple[str, str]] = {}
        by_questionnaire: dict[tuple[int, str], int] = {}
        for pk, questionnaire, key, kind, determinant in Question.objects.values_list(
            "pk", "questionnaire_id", "key", "kind", "determinant"
        ):
            self.questions[pk] = (kind, determinant)
            by_questionnaire[(questionnaire, key)] = pk
        # By (question, option code), as the last version that proposed it says.
        self.options: dict[tuple[int, int], int] = {}
        versions = QuestionnaireVersion.objects.order_by("number").values_list(
            "questionnaire_id", "document"
        )
        for questionnaire, document in versions.iterator(chunk_size=500):
            for step in document["steps"]:
                question = by_questionnaire.get((questionnaire, step["key"]))
                for option in step.get("options", ()) if question is not None else ():
                    place = (int(question or 0), int(option["code"]))
                    number = _DETERMINANT.get(option.get("determinant", ""))
                    if number is None:
                        self.options.pop(place, None)
                    else:
                        self.options[place] = number


@dataclass(slots=True)
class _Sums:
    """Number of answers, Σ x and Σ x² by (organisation, column of `_DIMENSIONS`)."""

    cells: dict[tuple[int, int], list[float]] = field(default_factory=dict)

    def add(self, organisation: int, column: int, answers: int, points: float) -> None:
        cell = self.cells.setdefault((organisation, column), [0.0, 0.0, 0.0])
        cell[0] += answers
        cell[1] += answers * points
        cell[2] += answers * points * points


_Cell = tuple[int, int, int, int, int]


def _measures(month: date, catalogue: _Catalogue) -> Iterator[Measure]:
    counts: list[_Cell] = list(
        MonthCount.objects.filter(month=month, exclusion=Exclusion.NONE)
        # In the order of the key: sums of fractions come out the same each time.
        .order_by("touchpoint_id", "question_id", "level", "answer")
        .values_list("touchpoint_id", "question_id", "level", "answer", "answers")
    )
    left_out = _too_few(counts, catalogue)
    sums = _summed((row for row in counts if row[0] not in left_out), catalogue)
    cells = {key: cell for key, cell in sorted(sums.cells.items()) if cell[0] >= MINIMUM_ANSWERS}
    if not cells:
        return
    n, total, squares = np.array(list(cells.values())).T
    found = bounded_means(n, total, squares)
    end = _next(month) - timedelta(days=1)
    for place, (organisation, column) in enumerate(cells):
        asked = column - len(Determinant)
        if column >= _REASONS and (organisation, asked) in cells:
            # What was asked about a determinant says more than a reason that was ticked.
            continue
        yield Measure(
            organisation_id=organisation,
            source=SOURCE,
            source_reference=reference_of(month),
            period_start=month,
            period_end=end,
            estimate_percent=float(found.estimate_percent[place]),
            lower_percent=float(found.lower_percent[place]),
            upper_percent=float(found.upper_percent[place]),
            answers=int(n[place]),
            **_DIMENSIONS[column],
        )


def _too_few(counts: Iterable[_Cell], catalogue: _Catalogue) -> set[int]:
    """Touchpoints whose few agents too few answers would show."""
    smileys: dict[int, int] = {}
    for touchpoint, question, _level, _answer, answers in counts:
        if catalogue.questions[question][0] == QuestionKind.SMILEY:
            smileys[touchpoint] = smileys.get(touchpoint, 0) + answers
    return {
        pk
        for pk, (_organisation, _stage, _channel, staffing) in catalogue.touchpoints.items()
        if staffing < MINIMUM_STAFFING and smileys.get(pk, 0) < MINIMUM_ANSWERS_WITH_FEW_AGENTS
    }


def _summed(counts: Iterable[_Cell], catalogue: _Catalogue) -> _Sums:
    sums = _Sums()
    # By (touchpoint, question, level): how many answered, and how many ticked each determinant.
    respondents: dict[tuple[int, int, int], int] = {}
    ticked: dict[tuple[int, int, int, int], int] = {}
    for touchpoint, question, level, answer, answers in counts:
        organisation, stage, channel, _staffing = catalogue.touchpoints[touchpoint]
        kind, determinant = catalogue.questions[question]
        if kind == QuestionKind.SMILEY:
            points = answer * POINTS_PER_LEVEL
            sums.add(organisation, 0, answers, points)
            if stage:
                sums.add(organisation, _STAGE_COLUMN[stage], answers, points)
            sums.add(organisation, _CHANNEL_COLUMN[channel], answers, points)
            if determinant:
                sums.add(organisation, _ASKED + _DETERMINANT[determinant], answers, points)
        elif kind == QuestionKind.SCALE and determinant:
            column = _ASKED + _DETERMINANT[determinant]
            sums.add(organisation, column, answers, answer * _POINTS_PER_NOTE)
        elif kind in _CHOICES and level != NO_LEVEL:
            if answer == RESPONDENTS:
                respondents[(touchpoint, question, level)] = answers
            elif (number := catalogue.options.get((question, answer))) is not None:
                key = (touchpoint, question, level, number)
                ticked[key] = ticked.get(key, 0) + answers
    for (touchpoint, question, level, number), answers in ticked.items():
        # Two options of one determinant ticked together are one answer: never more than answered.
        most = respondents.get((touchpoint, question, level), answers)
        organisation = catalogue.touchpoints[touchpoint][0]
        sums.add(organisation, _REASONS + number, min(answers, most), level * POINTS_PER_LEVEL)
    return sums
