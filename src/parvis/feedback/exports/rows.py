"""The answers of a body as rows of a file, walked in the order they were received.

Touchpoints with fewer than five agents stay out: a row tells its hour, and the order of the rows
tells it too, so that what follows one agent could be read from them. Their counts by periods of at
least thirty answers are in `counts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast
from django.utils import translation

from parvis.feedback.enums import (
    NO_LEVEL,
    SET_KINDS,
    TEXT_KINDS,
    DeviceKind,
    Exclusion,
    Level,
    QuestionKind,
    TimeQuality,
)
from parvis.feedback.models import (
    MINIMUM_STAFFING,
    Answer,
    Comment,
    Device,
    Question,
    QuestionnaireVersion,
    Touchpoint,
)

PAGE = 5000
# Of one place: a day of minutes.
_MOST_MINUTES = 1440

# Name, and whether it is a text, a number, a day or a truth: what typed formats declare.
COLUMNS: tuple[tuple[str, type], ...] = (
    ("identifiant", str),
    ("visite", str),
    ("recue_le", datetime),
    ("survenue_le", datetime),
    ("precision_moment", str),
    ("jour", date),
    ("heure", int),
    ("point_code", str),
    ("point_nom", str),
    ("service", str),
    ("appareil", str),
    ("appareil_sorte", str),
    ("appareil_rang", int),
    ("questionnaire", str),
    ("version", int),
    ("question", str),
    ("question_sorte", str),
    ("valeur", int),
    ("libelle", str),
    ("visage", int),
    ("langue", str),
    ("exclusion", str),
    ("texte_masque", str),
)
HEADERS = tuple(name for name, _kind in COLUMNS)


class Cursor(NamedTuple):
    """The last answer walked."""

    received_at: datetime
    id: UUID


class Line(NamedTuple):
    """What is read of an answer: its own columns, the numbers of what it refers to.

    Identifiers, moments (UTC) and days are the database's own texts: making objects of millions of
    them takes longer than all the rest.
    """

    id: str
    received_at: str
    touchpoint_id: int
    device_id: int
    version_id: int
    question_id: int
    visit: str
    sequence: int
    value: int
    level: int
    language: str
    occurred_at: str | None
    time_quality: int
    day: str
    hour: int
    exclusion: int

    @property
    def cursor(self) -> Cursor:
        moment = datetime.fromisoformat(self.received_at)
        return Cursor(moment if moment.tzinfo else moment.replace(tzinfo=UTC), UUID(self.id))


_AS_TEXT = ("id", "received_at", "visit", "occurred_at", "day")
_READ = [Cast(name, models.CharField()) if name in _AS_TEXT else name for name in Line._fields]


def page_after(
    organisation_id: int, cursor: Cursor | None, *, before: datetime, size: int = PAGE
) -> list[Line]:
    """The next answers of a body received before a moment, in the order of (received_at, id)."""
    rows = Answer.objects.filter(organisation=organisation_id, received_at__lt=before)
    if cursor is not None:
        # The first condition lets the index begin at the cursor; the second one leaves it out.
        rows = rows.filter(received_at__gte=cursor.received_at).filter(
            Q(received_at__gt=cursor.received_at) | Q(id__gt=cursor.id)
        )
    found = rows.order_by("received_at", "id")[:size].values_list(*_READ)
    return list(map(Line._make, found))


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the answers is wanted. None = no limit; both days are included."""

    touchpoint_id: int | None = None
    first_day: date | None = None
    last_day: date | None = None

    def keeps(self, line: Line) -> bool:
        return (
            (self.touchpoint_id is None or line.touchpoint_id == self.touchpoint_id)
            and (self.first_day is None or line.day >= self.first_day.isoformat())
            and (self.last_day is None or line.day <= self.last_day.isoformat())
        )


class _Clock:
    """Reads moments in the zone of a place; each minute is computed once."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._minutes: dict[str, tuple[str, str]] = {}

    def read(self, text: str) -> str:
        """ "2026-01-05 08:00:07.25" in UTC → "2026-01-05T09:00:07+01:00"."""
        known = self._minutes.get(text[:16])
        if known is None:
            utc = datetime.fromisoformat(text[:16]).replace(tzinfo=UTC)
            local = utc.astimezone(self._zone).isoformat(timespec="minutes")
            known = (local[:16], local[16:])
            if len(self._minutes) >= _MOST_MINUTES:
                self._minutes.clear()
            self._minutes[text[:16]] = known
        return f"{known[0]}{text[16:19]}{known[1]}"


def _dashed(text: str) -> str:
    """An identifier as everybody writes it: SQLite keeps it without its dashes."""
    if len(text) == 36:
        return text
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class RowMaker:
    """Turns answers into rows: what they refer to is read once, in the language of the body.

    `clean` is applied to every text that somebody wrote: a format that a spreadsheet could take for
    a formula needs one.
    """

    def __init__(self, organisation_id: int, clean: Callable[[str], str] = str) -> None:
        self._clean = clean
        points = {
            point.pk: point
            for point in Touchpoint.objects.filter(
                organisation=organisation_id, staffing__gte=MINIMUM_STAFFING
            ).select_related("watch")
        }
        self._grown = {pk: point for pk, point in points.items() if hasattr(point, "watch")}
        self._touchpoints = {
            point.pk: (
                _Clock(point.zone),
                point.code,
                clean(point.name),
                clean(point.service),
            )
            for point in points.values()
        }
        with translation.override("fr"):
            kinds = {kind.value: str(kind.label) for kind in DeviceKind}
            self._qualities = {q.value: str(q.label) for q in TimeQuality}
            self._exclusions = {e.value: str(e.label) for e in Exclusion}
            self._exclusions[Exclusion.NONE] = ""
        self._devices = {
            pk: (clean(name), kinds[kind])
            for pk, name, kind in Device.objects.filter(organisation=organisation_id).values_list(
                "pk", "name", "kind"
            )
        }
        self._questions = {
            pk: (key, kind)
            for pk, key, kind in Question.objects.filter(organisation=organisation_id).values_list(
                "pk", "key", "kind"
            )
        }
        self._text_questions = {
            pk for pk, (_key, kind) in self._questions.items() if kind in TEXT_KINDS
        }
        self._versions = {
            version.pk: (clean(version.questionnaire.name), version.number)
            for version in QuestionnaireVersion.objects.filter(organisation=organisation_id)
            .select_related("questionnaire")
            .defer("document", "questionnaire__draft")
        }
        self._labels: dict[tuple[int, int, int], str] = {}
        self._documents: dict[int, dict[str, Any]] = {}

    def may_leave(self, line: Line) -> bool:
        """Whether an answer may be told one by one."""
        if line.touchpoint_id not in self._touchpoints:
            return False
        grown = self._grown.get(line.touchpoint_id)
        return grown is None or not grown.hides_day(line.day)

    def rows(self, lines: Sequence[Line]) -> list[tuple[Any, ...]]:
        """One row an answer, in the order of `COLUMNS`.

        Moments and days are texts in ISO 8601, moments in the zone of their place, to the second.
        """
        texts = self._texts(lines)
        made = []
        for line in lines:
            clock, code, name, service = self._touchpoints[line.touchpoint_id]
            key, kind = self._questions[line.question_id]
            occurred = line.occurred_at
            made.append(
                (
                    _dashed(line.id),
                    _dashed(line.visit),
                    clock.read(line.received_at),
                    None if occurred is None else clock.read(occurred),
                    self._qualities[line.time_quality],
                    line.day,
                    line.hour,
                    code,
                    name,
                    service,
                    *self._devices[line.device_id],
                    line.sequence or None,
                    *self._versions[line.version_id],
                    key,
                    kind,
                    line.value,
                    self.label(line, key, kind),
                    None if line.level == NO_LEVEL else line.level,
                    line.language,
                    self._exclusions[line.exclusion],
                    texts.get(line.id, "") if texts else "",
                )
            )
        return made

    def label(self, line: Line, key: str, kind: str) -> str:
        """What the answer says, in the words of the version it was given to."""
        if kind == QuestionKind.SCALE or kind in TEXT_KINDS:
            return ""
        found = self._labels.get((line.version_id, line.question_id, line.value))
        if found is None:
            found = self._clean(self._read_label(line.version_id, key, kind, line.value))
            if len(self._labels) < 100_000:
                self._labels[line.version_id, line.question_id, line.value] = found
        return found

    def _read_label(self, version_id: int, key: str, kind: str, value: int) -> str:
        if version_id not in self._documents:
            self._documents[version_id] = QuestionnaireVersion.objects.values_list(
                "document", flat=True
            ).get(pk=version_id)
        document = self._documents[version_id]
        language = document["languages"][0]
        step = next((step for step in document["steps"] if step["key"] == key), None)
        if step is None:
            return ""
        if kind == QuestionKind.SMILEY:
            if value not in Level.values:
                return ""
            return str(step["labels"][value].get(language, ""))
        chosen = [code for code in range(63) if value >> code & 1] if kind in SET_KINDS else [value]
        words = {option["code"]: option["text"].get(language, "") for option in step["options"]}
        return " · ".join(words.get(code, str(code)) for code in chosen)

    def _texts(self, lines: Iterable[Line]) -> dict[str, str]:
        """The masked text of each comment or idea of these answers."""
        wanted = [line.id for line in lines if self._questions[line.question_id][1] in TEXT_KINDS]
        if not wanted:
            return {}
        found = Comment.objects.filter(answer_id__in=wanted)
        texts = found.values_list(Cast("answer_id", models.CharField()), "text")
        return {answer_id: self._clean(text) for answer_id, text in texts}
