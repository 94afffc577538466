"""Counts of some touchpoints over a period, read from the roll-ups only, never from the answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, QuerySet, SmallIntegerField, Sum
from django.db.models.sql.compiler import SQLCompiler

from parvis.feedback.boards.periods import Period, first_of_month
from parvis.feedback.enums import Exclusion, Level, QuestionKind
from parvis.feedback.models import (
    WEEK_COLUMNS,
    DayCount,
    HourCount,
    MonthCount,
    Question,
    WeekProfile,
)

# Answers at each level, from the worst to the best.
Levels = list[int]
# `Level.values` translates every label each time it is read: a tenth of a page, once a cell.
LEVELS = frozenset(Level.values)
_WEEK_TOTALS = {f"total_{column}": Sum(column) for column in WEEK_COLUMNS}


def no_levels() -> Levels:
    return [0] * len(Level)


@dataclass(slots=True)
class Totals:
    """Counted answers by level, and visits left out by reason."""

    levels: Levels = field(default_factory=no_levels)
    excluded: dict[int, int] = field(default_factory=dict)

    @property
    def counted(self) -> int:
        return sum(self.levels)

    @property
    def left_out(self) -> int:
        return sum(self.excluded.values())

    @property
    def raw(self) -> int:
        return self.counted + self.left_out

    def add(self, exclusion: int, level: int, answers: int) -> None:
        if exclusion == Exclusion.NONE:
            if level in LEVELS:
                self.levels[level] += answers
        else:
            self.excluded[exclusion] = self.excluded.get(exclusion, 0) + answers

    def __add__(self, other: Totals) -> Totals:
        both = Totals(levels=[a + b for a, b in zip(self.levels, other.levels, strict=True)])
        for part in (self.excluded, other.excluded):
            for reason, answers in part.items():
                both.excluded[reason] = both.excluded.get(reason, 0) + answers
        return both


@dataclass(frozen=True, slots=True)
class ReasonTable:
    """A question of reasons: respondents and ticks of each option, by level of the visit."""

    question: Question
    respondents: Levels
    ticks: Mapping[int, Levels]


class Counts:
    """The counts of some touchpoints of one body.

    Every method but `by_week_hour` is one query, whose rows are sums made by the database: one sum
    over the whole months and one for each edge, so that each reads one stretch of a key (migration
    0012).
    """

    def __init__(self, *, organisation_id: int, touchpoints: Iterable[int]) -> None:
        self.touchpoints = sorted(set(touchpoints))
        # Those of earlier questionnaires too: their answers are still counts.
        questions = Question.objects.filter(
            organisation=organisation_id, kind__in=[QuestionKind.SMILEY, QuestionKind.REASONS]
        ).select_related("questionnaire")
        self._questions = {question.pk: question for question in questions}
        self._smileys = self._of_kind(QuestionKind.SMILEY)
        self._reasons = self._of_kind(QuestionKind.REASONS)

    def _of_kind(self, kind: QuestionKind) -> list[int]:
        return sorted(pk for pk, question in self._questions.items() if question.kind == kind)

    def by_touchpoint(self, period: Period) -> dict[int, Totals]:
        """Totals of each touchpoint, those without any answer included."""
        totals = {pk: Totals() for pk in self.touchpoints}
        for pk, exclusion, answer, answers in _summed(
            self._coarse(period, self._smileys), "touchpoint_id", "exclusion", "answer"
        ):
            totals[pk].add(exclusion, answer, answers)
        return totals

    def by_day(self, period: Period) -> dict[date, Levels]:
        """Counted answers of each day that has any. For periods of some months at most."""
        rows = self._rows(DayCount, self._smileys).filter(
            day__range=(period.first, period.last), exclusion=Exclusion.NONE
        )
        return _by_key(_summed([rows], "day", "answer"))

    def by_month(self, period: Period) -> dict[date, Levels]:
        """Counted answers of each month that has any, within the period."""
        found: dict[date, Levels] = defaultdict(no_levels)
        parts = [
            rows.filter(exclusion=Exclusion.NONE).annotate(
                when=F("month" if rows.model is MonthCount else "day")
            )
            for rows in self._coarse(period, self._smileys)
        ]
        for day, answer, answers in _summed(parts, "when", "answer"):
            if answer in LEVELS:
                found[first_of_month(day)][answer] += answers
        return dict(found)

    def by_week_hour(self, period: Period) -> dict[tuple[int, int], Levels]:
        """Counted answers by weekday (0 = Monday) and hour (0–23), of those with any. Two queries:
        one over the whole months, one over the edges.
        """
        found: dict[tuple[int, int], Levels] = defaultdict(no_levels)
        for rows in self._weeks(period):
            for hour, *totals in rows.values_list("hour").annotate(**_WEEK_TOTALS):
                for (weekday, level), answers in zip(WEEK_COLUMNS.values(), totals, strict=True):
                    if answers:
                        found[weekday, hour][level] += answers
        if edges := self._hours(period):
            for weekday, hour, answer, answers in _summed(edges, "weekday", "hour", "answer"):
                if answer in LEVELS:
                    found[weekday, hour][answer] += answers
        return dict(found)

    def reasons(self, period: Period) -> list[ReasonTable]:
        """Each question of reasons that somebody answered, the most answered first."""
        respondents: dict[int, Levels] = defaultdict(no_levels)
        ticks: dict[int, dict[int, Levels]] = defaultdict(lambda: defaultdict(no_levels))
        parts = [
            rows.filter(exclusion=Exclusion.NONE, level__gte=0)
            for rows in self._coarse(period, self._reasons)
        ]
        for question, level, answer, answers in _summed(parts, "question_id", "level", "answer"):
            if answer < 0:
                respondents[question][level] += answers
            else:
                ticks[question][answer][level] += answers
        tables = [
            ReasonTable(self._questions[pk], levels, dict(ticks[pk]))
            for pk, levels in respondents.items()
        ]
        return sorted(tables, key=lambda table: (-sum(table.respondents), table.question.pk))

    # --- Rows ----------------------------------------------------------------------------------

    def _rows(self, model: Any, questions: Sequence[int]) -> QuerySet[Any]:
        rows: QuerySet[Any] = model.objects.filter(
            touchpoint__in=self.touchpoints, question__in=questions
        ).order_by()
        return rows

    def _coarse(self, period: Period, questions: Sequence[int]) -> list[QuerySet[Any]]:
        """Whole months from the monthly counts, the edges from the daily ones."""
        parts = []
        whole = period.whole_months()
        if whole is not None:
            parts.append(self._rows(MonthCount, questions).filter(month__range=whole))
        parts += [
            self._rows(DayCount, questions).filter(day__range=edge) for edge in period.edges()
        ]
        return parts

    def _weeks(self, period: Period) -> list[QuerySet[Any]]:
        whole = period.whole_months()
        if whole is None:
            return []
        return [self._rows(WeekProfile, self._smileys).filter(month__range=whole)]

    def _hours(self, period: Period) -> list[QuerySet[Any]]:
        return [
            self._rows(HourCount, self._smileys)
            .filter(day__range=edge, exclusion=Exclusion.NONE)
            .annotate(weekday=_Weekday("day"))
            for edge in period.edges()
        ]


class _Weekday(Func):
    """0 = Monday. Django's own is a Python function that SQLite calls for each row."""

    output_field = SmallIntegerField()

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        return self.as_sql(
            compiler, connection, template="(extract(isodow FROM %(expressions)s)::smallint - 1)"
        )

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        return self.as_sql(
            compiler, connection, template="((strftime('%%%%w', %(expressions)s) + 6) %%%% 7)"
        )


def _summed(parts: Sequence[QuerySet[Any]], *names: str) -> Iterable[tuple[Any, ...]]:
    """The sums of each part by the columns named, one after the other."""
    sums = [rows.values_list(*names).annotate(total=Sum("answers")) for rows in parts]
    return sums[0].union(*sums[1:], all=True) if len(sums) > 1 else sums[0]


def _by_key(rows: Iterable[tuple[Any, int, int]]) -> dict[Any, Levels]:
    found: dict[Any, Levels] = defaultdict(no_levels)
    for key, answer, answers in rows:
        if answer in LEVELS:
            found[key][answer] += answers
    return dict(found)
