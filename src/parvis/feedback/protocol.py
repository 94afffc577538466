"""What a device sends, read field by field, and the hash by which both sides know an answer.

The README of this room gives the protocol. Reading refuses what cannot be an answer at all; what is
well-formed but unknown here (a version, a question, a touchpoint) is kept apart by ingestion.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from parvis.feedback.questionnaire_document import LANGUAGES, MAX_TEXT_ANSWER_CHARACTERS

MAX_ANSWERS = 500
MAX_BODY_BYTES = 1_000_000
# Of a compressed body once unpacked.
MAX_UNPACKED_BYTES = 4_000_000
# Milliseconds since 1970 that a wall clock may claim: 1900 to 2200, beyond is not a clock.
MIN_TIME_MS, MAX_TIME_MS = -2_208_988_800_000, 7_258_118_400_000
_MAX_BIGINT = 2**63 - 1


@dataclass(frozen=True, slots=True)
class SentAnswer:
    """One answer as a device wrote it down at the moment of the tap."""

    id: UUID
    visit: UUID
    sequence: int
    touchpoint: str
    version: int
    question: str
    value: int
    level: int
    text: str
    language: str
    time_ms: int
    mono_ms: int
    run: UUID
    # Server's time at the zero of the run's monotonic clock; None = that run never synchronised.
    epoch_ms: int | None
    content_hash: bytes


@dataclass(frozen=True, slots=True)
class Sending:
    """The clocks of the device when it sent a batch."""

    time_ms: int
    mono_ms: int
    run: UUID


class FieldError(Exception):
    """Which field of which answer of the batch cannot be read; index −1 is the batch's own."""

    def __init__(self, index: int, field: str) -> None:
        super().__init__(index, field)
        self.index = index
        self.field = field


def content_hash(
    *,
    answer_id: UUID,
    visit: UUID,
    sequence: int,
    touchpoint: str,
    version: int,
    question: str,
    value: int,
    level: int,
    language: str,
    time_ms: int,
    mono_ms: int,
    run: UUID,
    text: str,
) -> bytes:
    """SHA-256 of an answer's content, 32 bytes: what receipts carry and devices compare."""
    content = (
        f"v1\n{answer_id}\n{visit}\n{sequence}\n{touchpoint}\n{version}\n{question}\n{value}\n"
        f"{level}\n{language}\n{time_ms}\n{mono_ms}\n{run}\n{text}"
    )
    return hashlib.sha256(content.encode()).digest()


def read_answer(raw: Any, index: int) -> SentAnswer:
    """The answer in an object read from JSON; raise `FieldError` at the first field that is not."""
    if type(raw) is not dict:
        raise FieldError(index, "")
    answer_id = _uuid(raw, "id", index)
    visit = _uuid(raw, "visit", index)
    run = _uuid(raw, "run", index)
    sequence = _integer(raw, "seq", index, -_MAX_BIGINT, _MAX_BIGINT)
    version = _integer(raw, "version", index, -_MAX_BIGINT, _MAX_BIGINT)
    value = _integer(raw, "value", index, -_MAX_BIGINT, _MAX_BIGINT)
    level = _integer(raw, "level", index, -1, 3)
    time_ms = _integer(raw, "time_ms", index, MIN_TIME_MS, MAX_TIME_MS)
    mono_ms = _integer(raw, "mono_ms", index, 0, MAX_TIME_MS)
    touchpoint = _text(raw, "touchpoint", index, 20)
    question = _text(raw, "question", index, 40)
    language = _text(raw, "language", index, 8)
    if language not in LANGUAGES:
        raise FieldError(index, "language")
    text = _text(raw, "text", index, MAX_TEXT_ANSWER_CHARACTERS) if "text" in raw else ""
    epoch_ms = raw.get("epoch_ms")
    if epoch_ms is not None:
        epoch_ms = _integer(raw, "epoch_ms", index, MIN_TIME_MS, MAX_TIME_MS)
    return SentAnswer(
        id=answer_id,
        visit=visit,
        sequence=sequence,
        touchpoint=touchpoint,
        version=version,
        question=question,
        value=value,
        level=level,
        text=text,
        language=language,
        time_ms=time_ms,
        mono_ms=mono_ms,
        run=run,
        epoch_ms=epoch_ms,
        content_hash=content_hash(
            answer_id=answer_id,
            visit=visit,
            sequence=sequence,
            touchpoint=touchpoint,
            version=version,
            question=question,
            value=value,
            level=level,
            language=language,
            time_ms=time_ms,
            mono_ms=mono_ms,
            run=run,
            text=text,
        ),
    )


def read_sending(raw: Any) -> Sending:
    """The clocks of the sender; raise `FieldError` (index −1) when they are not given."""
    if type(raw) is not dict:
        raise FieldError(-1, "sent")
    return Sending(
        time_ms=_integer(raw, "time_ms", -1, MIN_TIME_MS, MAX_TIME_MS),
        mono_ms=_integer(raw, "mono_ms", -1, 0, MAX_TIME_MS),
        run=_uuid(raw, "run", -1),
    )


def _integer(raw: dict[str, Any], name: str, index: int, least: int, most: int) -> int:
    value = raw.get(name)
    if type(value) is not int or not least <= value <= most:
        raise FieldError(index, name)
    return value


def _text(raw: dict[str, Any], name: str, index: int, most: int) -> str:
    value = raw.get(name)
    # PostgreSQL stores no NUL, and no encoding has a lone surrogate.
    if type(value) is not str or len(value) > most or "\x00" in value:
        raise FieldError(index, name)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise FieldError(index, name) from None
    return value


def _uuid(raw: dict[str, Any], name: str, index: int) -> UUID:
    value = raw.get(name)
    if type(value) is not str or len(value) != 36:
        raise FieldError(index, name)
    try:
        return UUID(value)
    except ValueError:
        raise FieldError(index, name) from None
