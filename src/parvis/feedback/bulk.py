"""Loading historic answers by the hundred thousand: a demonstration, a bench, a former system.

What is written is what ingestion would have written: an event and a receipt for each answer, and
the four tables of counts, batch by batch, each in one transaction; `parvis feedback rebuild` finds
the same counts. Answers come column by column (`Visits`), so that memory holds one batch, whatever
the total. PostgreSQL reads the columns by COPY, SQLite by `executemany`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from parvis.feedback.bulk_copy import copy_columns
from parvis.feedback.bulk_counts import add_to_counts
from parvis.feedback.enums import NO_LEVEL, SET_KINDS, TimeQuality
from parvis.feedback.ingestion.partitions import ensure_month
from parvis.feedback.models import Device, Question, QuestionnaireVersion
from parvis.feedback.questionnaire_document import Document, read_document

IntArray = NDArray[np.int64]
ByteArray = NDArray[np.uint8]

# Answers written together: some 60 MB of columns, and enough to make a transaction worth its flush.
BATCH_ANSWERS: Final = 100_000
# In `Visits.others`: the question was not answered.
NOT_ANSWERED: Final = -1
# In `Visits.occurred_us`: the moment is not known; the answer is counted when it was received.
UNKNOWN_MOMENT: Final = np.iinfo(np.int64).min
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_QUARTER_US = 900_000_000
_DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Source:
    """A device, and the published version it showed."""

    device: Device
    version: QuestionnaireVersion

    @cached_property
    def document(self) -> Document:
        return read_document(self.version.document)

    @cached_property
    def question_ids(self) -> dict[str, int]:
        """The row of each question, by its key."""
        rows = Question.objects.filter(questionnaire=self.version.questionnaire_id)
        return dict(rows.values_list("key", "pk"))

    @cached_property
    def zone(self) -> ZoneInfo:
        return self.device.touchpoint.zone


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits to one device, in the order of their reception; arrays of shape (visits,).

    Attributes
    ----------
    occurred_us, received_us : ndarray of int
        Microseconds since 1970; `occurred_us` may be UNKNOWN_MOMENT.
    smiley : ndarray of int
        0–3.
    others : mapping of str to ndarray of int
        By question key: its value as an event holds it, NOT_ANSWERED where it was left.
    exclusion : ndarray of int
        Values of `Exclusion`, for all the answers of the visit.
    language : ndarray of str
    first_sequence : int
        Rank of the first answer among all that the kiosk sent; 0 for a public page.
    lost_before : ndarray of int, optional
        How many ranks never arrived between the visit before and this one.
    time_quality : ndarray of int, optional
        Values of `TimeQuality`: how the known moments are known; to the second by default.
    """

    source: Source
    occurred_us: IntArray
    received_us: IntArray
    smiley: IntArray
    others: Mapping[str, IntArray]
    exclusion: IntArray
    language: NDArray[np.str_]
    first_sequence: int = 0
    lost_before: IntArray | None = None
    time_quality: IntArray | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """Events column by column: arrays of length n, identifiers of shape (n, 16)."""

    id: ByteArray
    visit: ByteArray
    organisation_id: IntArray
    touchpoint_id: IntArray
    device_id: IntArray
    version_id: IntArray
    question_id: IntArray
    sequence: IntArray
    value: IntArray
    level: IntArray
    exclusion: IntArray
    time_quality: IntArray
    occurred_us: IntArray
    received_us: IntArray
    # Days since 1970 and hour, in the touchpoint's zone.
    day: IntArray
    hour: IntArray
    language: NDArray[np.str_]
    # Whether the value is a set of options, a sum of powers of two.
    is_set: NDArray[np.bool_]
    is_smiley: NDArray[np.bool_]
    # Which visit of its `Visits`, for whoever attaches texts to answers.
    position: IntArray

    def __len__(self) -> int:
        return self.value.size


@dataclass(frozen=True, slots=True)
class Loaded:
    answers: int
    # Cells of the finest table that were added to.
    cells: int


def load(visits: Iterable[Visits], rng: np.random.Generator) -> Loaded:
    """Write visits: events, receipts and counts. Needs the scopes disabled.

    `rng` draws the identifiers: the same visits with the same generator give the same rows.
    """
    return load_answers(answers_of(part, rng) for part in visits)


def load_answers(parts: Iterable[Answers]) -> Loaded:
    """Write events already made, in batches of about BATCH_ANSWERS. Needs the scopes disabled."""
    answers = cells = 0
    for batch in _batches(parts):
        with transaction.atomic():
            _write_events(batch)
            cells += add_to_counts(
                touchpoint_id=batch.touchpoint_id,
                question_id=batch.question_id,
                day=batch.day,
                hour=batch.hour,
                level=batch.level,
                value=batch.value,
                exclusion=batch.exclusion,
                is_set=batch.is_set,
                is_smiley=batch.is_smiley,
            )
        answers += len(batch)
    return Loaded(answers, cells)


def answers_of(visits: Visits, rng: np.random.Generator) -> Answers:
    """The events of visits, in the order in which the device made them."""
    source, n = visits.source, visits.smiley.size
    if n and (visits.smiley.min() < 0 or visits.smiley.max() > 3):
        raise ValueError("a smiley goes from 0 to 3")
    # One row a visit, one column a question, in the order of the screens.
    steps = source.document.steps
    unknown = set(visits.others) - {step.key for step in steps[1:]}
    if unknown:
        raise ValueError(f"questions that the version does not have: {sorted(unknown)}")
    steps = tuple(
        step for n_step, step in enumerate(steps) if not n_step or step.key in visits.others
    )
    values = np.column_stack([visits.smiley, *(visits.others[step.key] for step in steps[1:])])
    answered = values != NOT_ANSWERED
    position, column = np.nonzero(answered)
    count = position.size
    lost = np.zeros(n, np.int64) if visits.lost_before is None else visits.lost_before
    sequence = np.zeros(count, np.int64)
    if visits.first_sequence:
        sequence = visits.first_sequence + np.arange(count) + np.cumsum(lost)[position]
    is_known = visits.occurred_us != UNKNOWN_MOMENT
    counted_us = np.where(is_known, visits.occurred_us, visits.received_us)
    day, hour = local_days_and_hours(counted_us, source.zone)
    known_by = int(TimeQuality.EXACT) if visits.time_quality is None else visits.time_quality
    quality = np.where(is_known, known_by, int(TimeQuality.UNKNOWN))
    device = source.device
    return Answers(
        id=draw_identifiers(count, rng),
        visit=draw_identifiers(n, rng)[position],
        organisation_id=np.full(count, device.organisation_id),
        touchpoint_id=np.full(count, device.touchpoint_id),
        device_id=np.full(count, device.pk),
        version_id=np.full(count, source.version.pk),
        question_id=np.array([source.question_ids[step.key] for step in steps])[column],
        sequence=sequence,
        value=values[position, column],
        level=np.where(column == 0, NO_LEVEL, visits.smiley[position]),
        exclusion=visits.exclusion[position],
        time_quality=quality[position],
        occurred_us=visits.occurred_us[position],
        received_us=visits.received_us[position],
        day=day[position],
        hour=hour[position],
        language=visits.language[position],
        is_set=np.array([step.kind in SET_KINDS for step in steps])[column],
        is_smiley=column == 0,
        position=position.astype(np.int64),
    )


def draw_identifiers(count: int, rng: np.random.Generator) -> ByteArray:
    """Random identifiers (UUID version 4), shape (count, 16)."""
    drawn = np.frombuffer(rng.bytes(16 * count), np.uint8).reshape(count, 16).copy()
    drawn[:, 6] = (drawn[:, 6] & 0x0F) | 0x40
    drawn[:, 8] = (drawn[:, 8] & 0x3F) | 0x80
    return drawn


def microseconds(moment: datetime) -> int:
    """Since 1970, exactly."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def local_days_and_hours(moments_us: IntArray, zone: ZoneInfo) -> tuple[IntArray, IntArray]:
    """Days since 1970 and hours on the clock of a zone, whose changes fall on quarters of hours."""
    quarters, inverse = np.unique(moments_us // _QUARTER_US, return_inverse=True)
    offsets = np.array(
        [
            (_EPOCH + timedelta(microseconds=int(quarter) * _QUARTER_US))
            .astimezone(zone)
            .utcoffset()
            or timedelta(0)
            for quarter in quarters
        ],
        dtype="timedelta64[us]",
    ).astype(np.int64)
    local = moments_us + (offsets[inverse] if quarters.size else 0)
    return local // _DAY_US, local % _DAY_US // 3_600_000_000


# --- Batches -------------------------------------------------------------------------------------


def _batches(parts: Iterable[Answers]) -> Iterator[Answers]:
    """Parts joined up to BATCH_ANSWERS, and cut where one is larger."""
    waiting: list[Answers] = []
    size = 0
    for part in parts:
        for start in range(0, len(part), BATCH_ANSWERS):
            waiting.append(_rows(part, slice(start, start + BATCH_ANSWERS)))
            size += len(waiting[-1])
            if size >= BATCH_ANSWERS:
                yield _joined(waiting)
                waiting, size = [], 0
    if waiting:
        yield _joined(waiting)


def _rows(part: Answers, rows: slice) -> Answers:
    return Answers(*(getattr(part, field.name)[rows] for field in fields(Answers)))


def _joined(parts: Sequence[Answers]) -> Answers:
    if len(parts) == 1:
        return parts[0]
    return Answers(
        *(
            np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Answers)
        )
    )


# --- Events and receipts -------------------------------------------------------------------------

_ANSWER_NUMBERS = (
    "organisation_id",
    "touchpoint_id",
    "device_id",
    "version_id",
    "question_id",
    "sequence",
    "value",
    "level",
    "exclusion",
    "time_quality",
    "hour",
)
_ANSWER_COLUMNS = (
    "id",
    "visit",
    "received_at",
    "occurred_at",
    "day",
    "language",
    "device_time_ms",
    *_ANSWER_NUMBERS,
)


def _write_events(batch: Answers) -> None:
    """Events and receipts; no device ever knew these identifiers: the hash is drawn from them."""
    hashes = [hashlib.sha256(number).digest() for number in map(bytes, batch.id)]
    # The identifiers of events are random: in their order, the pages of the index are written once.
    order = np.argsort(batch.id.view(">u8")[:, 0], kind="stable")
    if connection.vendor == "postgresql":
        ensure_months(batch.received_us)
        copy_columns(
            "feedback_receipt",
            {
                "id": _hexadecimal(batch.id),
                "content_hash": [f"\\x{content_hash.hex()}" for content_hash in hashes],
                "received_at": _arrow_moments(batch.received_us),
                "is_kept_apart": np.zeros(len(batch), np.int8),
            },
        )
        copy_columns("feedback_answer", _answer_columns_forcopy_columns(batch))
        return
    received = _texts_of_moments(batch.received_us)
    identifiers = _hexadecimal(batch.id)
    _insert(
        "feedback_receipt",
        ("id", "content_hash", "received_at", "is_kept_apart"),
        [(identifiers[row], hashes[row], received[row], 0) for row in order.tolist()],
    )
    occurred = _texts_of_moments(batch.occurred_us)
    days = np.datetime_as_string(batch.day.astype("datetime64[D]")).tolist()
    _insert(
        "feedback_answer",
        _ANSWER_COLUMNS,
        zip(
            identifiers,
            _hexadecimal(batch.visit),
            received,
            occurred,
            days,
            batch.language.tolist(),
            _device_time_ms(batch).tolist(),
            *(getattr(batch, name).tolist() for name in _ANSWER_NUMBERS),
            strict=True,
        ),
    )


def ensure_months(received_us: IntArray) -> None:
    """Make the partitions that moments of reception fall in."""
    for month in np.unique(received_us.astype("datetime64[us]").astype("datetime64[M]")):
        first: date = month.astype("datetime64[D]").item()
        ensure_month(datetime(first.year, first.month, 1, tzinfo=UTC))


def _device_time_ms(batch: Answers) -> IntArray:
    is_known = batch.occurred_us != UNKNOWN_MOMENT
    # A kiosk that knows no moment came back from a power cut in 1970.
    return np.where(is_known, batch.occurred_us, 0) // 1000


def _hexadecimal(identifiers: ByteArray) -> list[str]:
    text = identifiers.tobytes().hex()
    return [text[start : start + 32] for start in range(0, len(text), 32)]


def _texts_of_moments(moments_us: IntArray) -> list[str | None]:
    """As Django writes moments in SQLite."""
    return [
        None if moment is None else str(moment)
        for moment in np.where(
            moments_us == UNKNOWN_MOMENT, np.datetime64("NaT"), moments_us.astype("datetime64[us]")
        ).tolist()
    ]


def _insert(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(rows))  # noqa: S608


def _answer_columns_forcopy_columns(batch: Answers) -> dict[str, Any]:
    import pyarrow

    return {
        "id": _hexadecimal(batch.id),
        "visit": _hexadecimal(batch.visit),
        "received_at": _arrow_moments(batch.received_us),
        "occurred_at": _arrow_moments(batch.occurred_us),
        "day": pyarrow.array(batch.day.astype(np.int32), pyarrow.date32()),
        "language": batch.language.tolist(),
        "device_time_ms": _device_time_ms(batch),
        **{name: getattr(batch, name) for name in _ANSWER_NUMBERS},
    }


def _arrow_moments(moments_us: IntArray) -> Any:
    import pyarrow

    return pyarrow.array(
        moments_us, pyarrow.timestamp("us", "UTC"), mask=moments_us == UNKNOWN_MOMENT
    )
