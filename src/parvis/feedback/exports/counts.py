"""Counts as a CSV file, sent as they are read: raw, kept, and left out for each reason.

By day, for touchpoints where nobody could be followed; by month, for all of them, those with fewer
than five agents only for the questions that at least thirty people answered that month.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Literal

from django.db.models import QuerySet
from django_scopes import scope

from parvis.documents.spreadsheets import Cell, stream_csv
from parvis.feedback.enums import NO_LEVEL, RESPONDENTS, SET_KINDS, Exclusion
from parvis.feedback.exchange_labels import Wording, wordings, words_of
from parvis.feedback.models import (
    MINIMUM_ANSWERS_WITH_FEW_AGENTS,
    DayCount,
    MonthCount,
    Touchpoint,
)

Period = Literal["jour", "mois"]
REASONS = [reason for reason in Exclusion if reason != Exclusion.NONE]
# (question, level, answer, exclusion, answers) of one period.
Count = tuple[int, int, int, int, int]


def headers(period: Period) -> list[str]:
    return [
        period,
        "point_code",
        "point_nom",
        "service",
        "question",
        "question_sorte",
        "visage",
        "reponse",
        "libelle",
        "reponses_brutes",
        "reponses_retenues",
        *(f"ecartees_{reason.name.lower()}" for reason in REASONS),
    ]


def stream_counts(organisation_id: int, period: Period) -> Iterator[str]:
    """The whole file, line by line; it opens the tenancy itself, the request's being over."""
    with scope(organisation=[organisation_id]):
        yield from stream_csv(headers(period), _lines(organisation_id, period), language="fr")


def _lines(organisation_id: int, period: Period) -> Iterator[Sequence[Cell]]:
    words = wordings(organisation_id)
    for point in _points(organisation_id):
        for when, counts in _periods(point, period):
            if period == "jour" and point.hides_day(when):
                continue
            for row in _shown(point, words, counts):
                yield [when, point.code, point.name, point.service, *row]


def _points(organisation_id: int) -> QuerySet[Touchpoint]:
    points = Touchpoint.objects.filter(organisation=organisation_id)
    return points.select_related("watch").order_by("name", "pk")


def _periods(point: Touchpoint, period: Period) -> Iterator[tuple[date, list[Count]]]:
    model, field = (DayCount, "day") if period == "jour" else (MonthCount, "month")
    order = (field, "question_id", "level", "answer", "exclusion")
    rows = model._default_manager.filter(touchpoint=point).order_by(*order)
    values = rows.values_list(*order, "answers")
    for when, group in groupby(values.iterator(chunk_size=2000), key=lambda row: row[0]):
        yield when, [row[1:] for row in group]


def _shown(
    point: Touchpoint, words: dict[int, Wording], counts: list[Count]
) -> Iterator[Sequence[Cell]]:
    for question, group in groupby(counts, key=lambda row: row[0]):
        cells, wording = list(group), words[question]
        if point.could_follow_an_agent and answered(cells, wording.kind) < (
            MINIMUM_ANSWERS_WITH_FEW_AGENTS
        ):
            continue
        for (level, answer), cell in groupby(cells, key=lambda row: (row[1], row[2])):
            by_reason = {row[3]: row[4] for row in cell}
            yield [
                wording.key,
                wording.kind,
                None if level == NO_LEVEL else level,
                None if answer == RESPONDENTS else answer,
                words_of(wording, answer),
                sum(by_reason.values()),
                by_reason.get(Exclusion.NONE, 0),
                *(by_reason.get(reason, 0) for reason in REASONS),
            ]


def answered(cells: list[Count], kind: str) -> int:
    """How many answered a question and are counted: a set counts who answered, once each."""
    return sum(
        number
        for _question, _level, answer, exclusion, number in cells
        if exclusion == Exclusion.NONE and (kind not in SET_KINDS or answer == RESPONDENTS)
    )
