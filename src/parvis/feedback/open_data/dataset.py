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
from parvis.feedback.enums import RESPONDENTS, SET_KINDS, Exclusion, QuestionKind
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
    apart: set[int] = set()
    # The smiley first: whoever answers another question has answered it. A place whose smiley is
    # hidden shows nothing else, or the other questions would tell how many answered there.
    for question in sorted(
        counts, key=lambda pk: (words[pk].kind != QuestionKind.SMILEY, words[pk].key, pk)
    ):
        table = _Table(words[question], points, counts[question], apart)
        lines += table.lines()
        if words[question].kind == QuestionKind.SMILEY:
            apart |= table.hidden_places()
    return sorted(lines, key=lambda line: (line[1], line[0]))  # stable: by place, then question


class _Table:
    """One question: a row for each place where it was answered, and what of it is hidden."""

    def __init__(
        self,
        wording: Wording,
        points: dict[int, Touchpoint],
        counts: dict[int, dict[int, int]],
        apart: set[int],
    ) -> None:
        self._wording = wording
        self._points = points
        self._counts = counts
        self._is_set = wording.kind in SET_KINDS
        # A place where nobody answered shows nothing, and protects nothing.
        self._places = sorted(pk for pk, cells in counts.items() if any(cells.values()))
        given = {a for pk in self._places for a in counts[pk] if a != RESPONDENTS}
        self._answers = sorted(given | set(wording.answers))
        columns = [RESPONDENTS] if self._is_set else self._answers
        self._rows = [[counts[pk].get(answer, 0) for answer in columns] for pk in self._places]
        self._totals = [sum(row) for row in self._rows]
        withheld = [
            pk in apart
            or (points[pk].could_follow_an_agent and total < MINIMUM_ANSWERS_WITH_FEW_AGENTS)
            for pk, total in zip(self._places, self._totals, strict=True)
        ]
        self._hidden = hide_small_cells(
            self._rows or [[0]],
            threshold=THRESHOLD,
            withheld=withheld or [False],
            withheld_threshold=MINIMUM_ANSWERS_WITH_FEW_AGENTS,
        )

    def hidden_places(self) -> set[int]:
        """Where even the total is hidden."""
        return {
            pk
            for pk, is_hidden in zip(self._places, self._hidden.totals, strict=False)
            if is_hidden
        }

    def lines(self) -> Iterator[Line]:
        for position, (pk, total) in enumerate(zip(self._places, self._totals, strict=True)):
            begin = _begin(self._points[pk], self._wording)
            if self._hidden.totals[position]:
                yield [*begin, TOTAL, "", None, True]
                continue
            yield [*begin, TOTAL, "", total, False]
            if self._is_set:
                numbers = [min(self._counts[pk].get(a, 0), total) for a in self._answers]
                secret = hide_small_shares(numbers, total, threshold=THRESHOLD)
            else:
                numbers, secret = self._rows[position], self._hidden.cells[position]
            for answer, number, is_hidden in zip(self._answers, numbers, secret, strict=True):
                yield [
                    *begin,
                    str(answer),
                    words_of(self._wording, answer),
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
