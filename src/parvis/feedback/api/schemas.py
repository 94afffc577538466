"""What the API gives: names in English, as programs expect; texts as the body wrote them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field


class AnswerCode(Schema):
    answer: int = Field(description="Code used in counts and, for a single choice, in answers.")
    label: str


class QuestionOut(Schema):
    key: str = Field(description="Stable name of the question in its questionnaire.")
    kind: str = Field(description="smiley, reasons, scale, single, multiple, comment or idea.")
    text: str
    answers: list[AnswerCode] = Field(description="Empty for a 0–10 note and for texts.")


class TouchpointOut(Schema):
    code: str = Field(description="Public and stable code of the touchpoint.")
    name: str
    service: str = Field(description="Empty = none.")
    stage: str = Field(description="Stage of the user journey; empty = none in particular.")
    channel: str
    staffing: int = Field(description="Number of agents.")
    one_by_one: bool = Field(
        description=(
            "Whether answers are given one by one. False below five agents: only monthly counts of "
            "at least thirty answers are given, so that nobody is followed."
        )
    )
    time_zone: str = Field(description="IANA zone in which days and hours are counted.")
    created_at: datetime
    closed_at: datetime | None = Field(description="null = open.")
    questions: list[QuestionOut]


class TouchpointPage(Schema):
    items: list[TouchpointOut]
    next: str | None = Field(description="Cursor of the next page; null = this is the last one.")


class AnswerOut(Schema):
    id: UUID
    visit: UUID = Field(description="Shared by the answers of one passage at the device.")
    received_at: datetime
    occurred_at: datetime | None = Field(description="Best estimate; null = unknown.")
    time_quality: Literal["exact", "synchronised", "device_clock", "unknown"]
    day: date = Field(description="Day on which it is counted, in the touchpoint's zone.")
    hour: int = Field(description="0–23, in the touchpoint's zone.")
    touchpoint: str = Field(description="Code of the touchpoint.")
    device: int = Field(description="Number of the device.")
    version: int = Field(description="Number of the questionnaire version shown.")
    question: str
    kind: str
    value: int = Field(
        description=(
            "Smiley 0–3, note 0–10, option code, sum of 2^code for several options, 1 for a text."
        )
    )
    label: str = Field(description="The answer in words; empty for a note and for texts.")
    level: int | None = Field(description="Smiley of the visit; null = unknown or itself.")
    language: str
    sequence: int | None = Field(description="Rank among all that the device sent; null = none.")
    exclusion: str | None = Field(description="Why it is not counted; null = it is counted.")
    text: str = Field(description="Comment or idea, personal data masked; empty = none.")


class AnswerPage(Schema):
    items: list[AnswerOut]
    next: str | None = Field(
        description=(
            "Cursor after the last answer read: ask again with it now if `has_more`, later for "
            "what comes in. null = nothing was ever received."
        )
    )
    has_more: bool


class CountOut(Schema):
    touchpoint: str
    period: str = Field(description="YYYY-MM-DD for a day, YYYY-MM for a month.")
    question: str
    level: int | None = Field(description="Smiley of the visit; null = unknown or itself.")
    answer: int | None = Field(
        description="Smiley, note or option code; null = all who answered a multiple question."
    )
    label: str
    raw: int = Field(description="Every answer received.")
    kept: int = Field(description="Without those that the misuse filter leaves out.")
    excluded: dict[str, int] = Field(description="Answers left out, by reason.")


class CountPage(Schema):
    items: list[CountOut]
    next: str | None = Field(description="Cursor of the next page; null = this is the last one.")


class DeviceOut(Schema):
    id: int
    name: str
    kind: Literal["kiosk", "link"]
    touchpoint: str
    created_at: datetime
    revoked_at: datetime | None = Field(description="null = active.")
    last_seen_at: datetime | None = Field(description="null = never.")
    app_version: str
    queue_length: int | None = Field(description="Answers not sent yet, as last told.")
    storage_left_bytes: int | None
    clock_offset_ms: int | None = Field(description="Server's clock minus the device's.")
    highest_sequence: int | None = Field(description="null below five agents.")
    missing_sequences: list[tuple[int, int]] = Field(
        description="Ranges [first, last] of the ranks that never came; empty below five agents."
    )


class DevicePage(Schema):
    items: list[DeviceOut]
    next: str | None = Field(description="Cursor of the next page; null = this is the last one.")
