"""The answers of a body as rows of a file, walked in the order they were received.

Touchpoints with fewer than five agents stay out: a row tells its hour, and the order of the rows
tells it too, so that what follows one agent could be read from them. Their counts by periods of at
least thirty answers are in `counts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, NamedTuple, TypeVar
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
# Blocks of a kind, and hours of a zone: two years have 17,520.
_MOST_KNOWN = 20_000

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

Cells = tuple[str | int | date | None, ...]
Key = TypeVar("Key")
Made = TypeVar("Made")
Block = TypeVar("Block")
# A row in pieces: cells of its own (identifier, visit, moment received, moment it occurred, rank,
# text), and three blocks of cells that many rows share (how sure, day and hour; place and device;
# what was answered). `flat` lays them out in the order of `COLUMNS`.
Piece = tuple[str, str, str, str | None, Block, Block, int | None, Block, str]
# Where the blocks stand among the columns.
WHEN, WHERE, WHAT = slice(4, 7), slice(7, 12), slice(13, 22)


def flat(piece: Piece[Cells]) -> Cells:
    number, visit, received_at, occurred_at, when, where, rank, what, text = piece
    return (number, visit, received_at, occurred_at, *when, *where, rank, *what, text)


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

    def kept(self, lines: list[Line]) -> list[Line]:
        if self.touchpoint_id is not None:
            lines = [line for line in lines if line.touchpoint_id == self.touchpoint_id]
        if self.first_day is not None:
            first = self.first_day.isoformat()
            lines = [line for line in lines if line.day >= first]
        if self.last_day is not None:
            last = self.last_day.isoformat()
            lines = [line for line in lines if line.day <= last]
        return lines


class _Known(dict[Key, Made]):
    """What is made of a key, made once; forgotten when too many are known."""

    def __init__(self, make: Callable[[Key], Made]) -> None:
        self._make = make

    def __missing__(self, key: Key) -> Made:
        if len(self) >= _MOST_KNOWN:
            self.clear()
        made = self[key] = self._make(key)
        return made


class _Clock:
    """Reads moments in the zone of a place; each hour is computed once."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._hours = _Known(self._whole_hour)
        self._minutes = _Known(self._minute)

    def read(self, text: str) -> str:
        """ "2026-01-05 08:00:07.25" in UTC → "2026-01-05T09:00:07+01:00"."""
        known = self._hours[text[:13]]
        if known is not None:
            return f"{known[0]}{text[13:19]}{known[1]}"
        known = self._minutes[text[:16]]
        return f"{known[0]}{text[16:19]}{known[1]}"

    def _whole_hour(self, text: str) -> tuple[str, str] | None:
        """Hour and offset there; None where the offset is no whole hour, or changes meanwhile."""
        first, last = self._minute(f"{text}:00"), self._minute(f"{text}:59")
        if first[0].endswith(":00") and first[0][:13] == last[0][:13] and first[1] == last[1]:
            return first[0][:13], first[1]
        return None

    def _minute(self, text: str) -> tuple[str, str]:
        utc = datetime.fromisoformat(text).replace(tzinfo=UTC)
        local = utc.astimezone(self._zone).isoformat(timespec="minutes")
        return local[:16], local[16:]


def _dashed(text: str) -> str:
    """An identifier as everybody writes it: SQLite keeps it without its dashes."""
    if len(text) == 36:
        return text
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class RowMaker(Generic[Block]):
    """Turns answers into rows: what they refer to is read once, in the language of the body.

    Most cells of a row stand together in others too: such a block is made once, and `block` says
    what a kind of file makes of its cells. `clean` is applied to every text that somebody wrote: a
    format that a spreadsheet could take for a formula needs one.
    """

    def __init__(
        self,
        organisation_id: int,
        block: Callable[[Cells], Block],
        clean: Callable[[str], str] = str,
    ) -> None:
        self._clean = clean
        points = {
            point.pk: point
            for point in Touchpoint.objects.filter(
                organisation=organisation_id, staffing__gte=MINIMUM_STAFFING
            ).select_related("watch")
        }
        self._grown = {pk: point for pk, point in points.items() if hasattr(point, "watch")}
        zones = _Known(_Clock)
        self._clocks = {pk: zones[point.zone] for pk, point in points.items()}
        self._touchpoints = {
            point.pk: (point.code, clean(point.name), clean(point.service))
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
        self._documents: dict[int, dict[str, Any]] = {}
        self._whens: _Known[Any, Block] = _Known(lambda key: block(self._when(*key)))
        self._wheres: _Known[Any, Block] = _Known(lambda key: block(self._where(*key)))
        self._whats: _Known[Any, Block] = _Known(lambda key: block(self._what(*key)))

    def may_leave(self, line: Line) -> bool:
        """Whether an answer may be told one by one."""
        if line.touchpoint_id not in self._touchpoints:
            return False
        grown = self._grown.get(line.touchpoint_id)
        return grown is None or not grown.hides_day(line.day)

    def pieces(self, lines: Sequence[Line]) -> list[Piece[Block]]:
        """One row an answer.

        Moments are texts in ISO 8601, in the zone of their place, to the second.
        """
        texts = self._texts(lines)
        clocks, whens, wheres, whats = self._clocks, self._whens, self._wheres, self._whats
        made: list[Piece[Block]] = []
        for (
            number, received_at, touchpoint, device, version, question, visit, sequence, value,
            level, language, occurred_at, quality, day, hour, exclusion,
        ) in lines:  # fmt: skip
            read = clocks[touchpoint].read
            made.append(
                (
                    _dashed(number),
                    _dashed(visit),
                    read(received_at),
                    None if occurred_at is None else read(occurred_at),
                    whens[quality, day, hour],
                    wheres[touchpoint, device],
                    sequence or None,
                    whats[version, question, value, level, language, exclusion],
                    texts.get(number, ""),
                )
            )
        return made

    def _when(self, quality: int, day: str, hour: int) -> Cells:
        return (self._qualities[quality], date.fromisoformat(day), hour)

    def _where(self, touchpoint: int, device: int) -> Cells:
        return (*self._touchpoints[touchpoint], *self._devices[device])

    def _what(
        self, version: int, question: int, value: int, level: int, language: str, exclusion: int
    ) -> Cells:
        key, kind = self._questions[question]
        return (
            *self._versions[version],
            key,
            kind,
            value,
            self._clean(self._label(version, key, kind, value)),
            None if level == NO_LEVEL else level,
            language,
            self._exclusions[exclusion],
        )

    def _label(self, version_id: int, key: str, kind: str, value: int) -> str:
        """What the answer says, in the words of the version it was given to."""
        if kind == QuestionKind.SCALE or kind in TEXT_KINDS:
            return ""
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
        wanted = [line.id for line in lines if line.question_id in self._text_questions]
        if not wanted:
            return {}
        found = Comment.objects.filter(answer_id__in=wanted)
        texts = found.values_list(Cast("answer_id", models.CharField()), "text")
        return {answer_id: self._clean(text) for answer_id, text in texts}
