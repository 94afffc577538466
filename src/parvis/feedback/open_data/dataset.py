"""The monthly counts that a body gives to everybody: made once a month, small cells hidden.

A month is made at the earliest ten days after its end and then never changes: an answer that
arrives later from a kiosk long offline does not enter, or the difference of two downloads would
tell it. No total over several touchpoints is published.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_scopes import scope

from parvis.documents.spreadsheets import harmless
from parvis.editions.embargo import concerns, embargo_period
from parvis.editions.models import Election
from parvis.feedback.enums import RESPONDENTS, SET_KINDS, Exclusion
from parvis.feedback.exchange_labels import Wording, wordings, words_of
from parvis.feedback.models import (
    MINIMUM_ANSWERS_WITH_FEW_AGENTS,
    MonthCount,
    OpenDataMonth,
    Touchpoint,
)
from parvis.organisations.models import Organisation
from parvis.statistics.small_cells import hide_small_cells, hide_small_shares

# Least count published (chosen; the secrecy of statistics has no fixed figure for such counts).
THRESHOLD = 5
WAIT_AFTER_THE_END = timedelta(days=10)

FIELDS = (
    "mois",
    "point_code",
    "point_nom",
    "service",
    "canal",
    "question",
    "question_sorte",
    "question_texte",
    "reponse",
    "reponse_libelle",
    "nombre",
    "secret",
)
# In the column `reponse`: everybody who answered the question.
TOTAL = "total"

Line = list[Any]


def embargo_of(body: Organisation, day: date) -> Election | None:
    """The election whose pre-electoral period covers that day for a body, or None."""
    for election in Election.objects.filter(last_round_on__gte=day):
        begins, ends = embargo_period(election)
        if begins <= day <= ends and concerns(election, body):
            return election
    return None


def make_due_months(body: Organisation, today: date | None = None) -> int:
    """Make the months that are over and not made yet; return how many. None during an embargo."""
    today = today or timezone.localdate()
    if embargo_of(body, today) is not None:
        return 0
    made = 0
    with scope(organisation=[body.pk]):
        known = set(OpenDataMonth.objects.filter(organisation=body).values_list("month", flat=True))
        counted = (
            MonthCount.objects.filter(touchpoint__organisation=body, exclusion=Exclusion.NONE)
            .values_list("month", flat=True)
            .distinct()
            .order_by("month")
        )
        for month in [month for month in counted if month not in known]:
            if _end(month) + WAIT_AFTER_THE_END <= today:
                with transaction.atomic():
                    # Another worker may have made it meanwhile: the first one stays.
                    _row, created = OpenDataMonth.objects.get_or_create(
                        organisation=body, month=month, defaults={"lines": lines_of(body, month)}
                    )
                made += created
    return made


def _end(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def lines_of(body: Organisation, month: date) -> list[Line]:
    """What may be published of a month: one line a touchpoint, question and answer."""
    words = wordings(body.pk)
    points = {p.pk: p for p in Touchpoint.objects.filter(organisation=body)}
    counts: dict[int, dict[int, dict[int, int]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(int))
    )
    cells = MonthCount.objects.filter(
        touchpoint__organisation=body, month=month, exclusion=Exclusion.NONE
    ).values_list("question_id", "touchpoint_id", "answer", "answers")
    for question, point, answer, number in cells:
        counts[question][point][answer] += number
    lines: list[Line] = []
    for question in sorted(counts, key=lambda pk: (words[pk].key, pk)):
        lines += _question_lines(words[question], points, counts[question])
    return sorted(lines, key=lambda line: (line[1], line[0]))  # stable: by place, then question


def _question_lines(
    wording: Wording, points: dict[int, Touchpoint], counts: dict[int, dict[int, int]]
) -> Iterator[Line]:
    is_set = wording.kind in SET_KINDS
    # A place where nobody answered shows nothing, and protects nothing.
    rows = sorted(pk for pk, cells in counts.items() if any(cells.values()))
    given = {answer for pk in rows for answer in counts[pk] if answer != RESPONDENTS}
    answers = sorted(given | set(wording.answers))
    if is_set:
        table = [[counts[pk].get(RESPONDENTS, 0)] for pk in rows]
    else:
        table = [[counts[pk].get(answer, 0) for answer in answers] for pk in rows]
    totals = [sum(row) for row in table]
    few = [
        points[pk].could_follow_an_agent and total < MINIMUM_ANSWERS_WITH_FEW_AGENTS
        for pk, total in zip(rows, totals, strict=True)
    ]
    hidden = hide_small_cells(
        table or [[0]],
        threshold=THRESHOLD,
        withheld=few or [False],
        withheld_threshold=MINIMUM_ANSWERS_WITH_FEW_AGENTS,
    )
    for position, pk in enumerate(rows):
        begin = _begin(points[pk], wording)
        if hidden.totals[position]:
            yield [*begin, TOTAL, "", None, True]
            continue
        yield [*begin, TOTAL, "", totals[position], False]
        if is_set:
            ticked = [min(counts[pk].get(answer, 0), totals[position]) for answer in answers]
            secret = hide_small_shares(ticked, totals[position], threshold=THRESHOLD)
        else:
            ticked, secret = table[position], hidden.cells[position]
        for answer, number, is_hidden in zip(answers, ticked, secret, strict=True):
            yield [
                *begin,
                str(answer),
                words_of(wording, answer),
                None if is_hidden else number,
                bool(is_hidden),
            ]


def _begin(point: Touchpoint, wording: Wording) -> Line:
    return [
        point.code,
        point.name,
        point.service,
        point.channel,
        wording.key,
        wording.kind,
        wording.text,
    ]


def csv_text(body: Organisation) -> Iterator[str]:
    """The whole file, month by month: commas and UTF-8, as open-data portals expect."""
    with scope(organisation=[body.pk]):
        yield ",".join(FIELDS) + "\r\n"
        months = OpenDataMonth.objects.filter(organisation=body).order_by("month")
        for month, lines in months.values_list("month", "lines").iterator(chunk_size=1):
            text = io.StringIO(newline="")
            csv.writer(text, lineterminator="\r\n").writerows(
                [f"{month:%Y-%m}", *map(_cell, line)] for line in lines
            )
            yield text.getvalue()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return harmless(value) if isinstance(value, str) else value
