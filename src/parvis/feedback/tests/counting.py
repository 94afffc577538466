"""Counts written straight into their tables, as answers would make them."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from django.db.models import F
from django_scopes import scopes_disabled

from parvis.feedback.enums import NO_LEVEL, RESPONDENTS, Exclusion, QuestionKind
from parvis.feedback.models import (
    WEEK_COLUMNS,
    DayCount,
    HourCount,
    MonthCount,
    Question,
    Touchpoint,
    WeekProfile,
)


def question_of(touchpoint: Touchpoint, kind: QuestionKind = QuestionKind.SMILEY) -> Question:
    with scopes_disabled():
        return Question.objects.get(questionnaire=touchpoint.questionnaire, kind=kind)


def add_answers(
    touchpoint: Touchpoint,
    day: date,
    levels: tuple[int, int, int, int],
    *,
    hour: int = 10,
    exclusion: Exclusion = Exclusion.NONE,
) -> None:
    """Add so many answers of each smiley, from the worst to the best, in one hour of one day."""
    question = question_of(touchpoint)
    for level, answers in enumerate(levels):
        if answers:
            add_cell(touchpoint, day, hour, question, NO_LEVEL, level, exclusion, answers)


def add_reasons(
    touchpoint: Touchpoint, day: date, level: int, ticks: dict[int, int], respondents: int
) -> None:
    """Visits with one smiley that ticked reasons: option code → how many."""
    question = question_of(touchpoint, QuestionKind.REASONS)
    for code, answers in {**ticks, RESPONDENTS: respondents}.items():
        add_cell(touchpoint, day, 10, question, level, code, Exclusion.NONE, answers)


def add_cell(
    touchpoint: Touchpoint,
    day: date,
    hour: int,
    question: Question,
    level: int,
    answer: int,
    exclusion: Exclusion,
    answers: int,
) -> None:
    cell = {
        "touchpoint": touchpoint,
        "question": question,
        "level": level,
        "answer": answer,
        "exclusion": exclusion,
    }
    month = day.replace(day=1)
    with scopes_disabled():
        for model, when in (
            (HourCount, {"day": day, "hour": hour}),
            (DayCount, {"day": day}),
            (MonthCount, {"month": month}),
        ):
            changed = model.objects.filter(**cell, **when).update(answers=F("answers") + answers)
            if not changed:
                model.objects.create(**cell, **when, answers=answers)
        if question.kind == QuestionKind.SMILEY and exclusion == Exclusion.NONE:
            week, _is_new = WeekProfile.objects.get_or_create(
                touchpoint=touchpoint, question=question, month=month, hour=hour
            )
            column = f"answers_{day.weekday()}_{answer}"
            WeekProfile.objects.filter(pk=week.pk).update(**{column: F(column) + answers})


def cells_of_weeks() -> Counter[tuple[object, ...]]:
    """Of each row of `WeekProfile`, its key with weekday and level, and the number where not 0."""
    return Counter(
        {
            (*week.pk, *place): answers
            for week in WeekProfile.objects.all()
            for column, place in WEEK_COLUMNS.items()
            if (answers := getattr(week, column))
        }
    )


def fill_days(
    touchpoint: Touchpoint, chosen: list[date], levels: tuple[int, int, int, int]
) -> None:
    """The same answers on many days, in the daily counts alone: what the drop alarm reads."""
    question = question_of(touchpoint)
    with scopes_disabled():
        DayCount.objects.bulk_create(
            DayCount(
                touchpoint=touchpoint,
                question=question,
                day=day,
                level=NO_LEVEL,
                answer=level,
                exclusion=Exclusion.NONE,
                answers=answers,
            )
            for day in chosen
            for level, answers in enumerate(levels)
            if answers
        )


def days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=n) for n in range(count)]
