"""What is asked of ingestion, and what it gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from parvis.feedback.protocol import Sending, SentAnswer


class ReceiptStatus(StrEnum):
    STORED = "stored"
    KEPT_APART = "kept_apart"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class ReceiptGiven:
    """What lets a device forget an answer: its number, the hash of what was kept, and how."""

    id: UUID
    content_hash: bytes
    status: ReceiptStatus


@dataclass(frozen=True, slots=True)
class Outcome:
    """One receipt an answer, in their order, once committed.

    `configuration` is the number of what the device should show: another than its own, it asks.
    """

    received_at: datetime
    configuration: int
    receipts: Sequence[ReceiptGiven]

    @property
    def has_conflict(self) -> bool:
        return any(receipt.status == ReceiptStatus.CONFLICT for receipt in self.receipts)


@dataclass(frozen=True, slots=True)
class Health:
    """What a kiosk tells of itself; None = not told."""

    app_version: str = ""
    queue_length: int | None = None
    put_aside: int | None = None
    storage_left_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device as a former request found it: its row's number, and the hash of its secret."""

    pk: int
    secret_hash: str


@dataclass(frozen=True, slots=True)
class Work:
    """The answers of one request.

    The device is looked at again, under its lock: `secret_hash` must still be its own.
    """

    device_id: int
    secret_hash: str
    sending: Sending
    answers: Sequence[SentAnswer]
    received_at: datetime
    health: Health | None = None


class RevokedError(Exception):
    """The device was revoked: nothing it sends is taken, its queue stays with it."""
