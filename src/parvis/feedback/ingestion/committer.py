"""Answers of kiosks and phones, committed together (`foundation.group_commit`)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from parvis.feedback.ingestion import partitions
from parvis.feedback.ingestion.taking import take
from parvis.feedback.ingestion.work import Health, KnownDevice, Outcome, Work
from parvis.feedback.models import Device
from parvis.feedback.protocol import Sending, SentAnswer
from parvis.foundation.group_commit import GroupCommitter

# Answers in one transaction: enough to share the flush, few enough to answer within 150 ms.
MAX_ANSWERS_TOGETHER = 2_000
MAX_WAITING = 64


def commit(works: Sequence[Work]) -> list[Outcome | Exception]:
    """Take the answers of several requests in one transaction; durable once it returns."""
    for work in works:
        _ensure_partition(work)
    with scopes_disabled(), transaction.atomic():
        return take(works)


_months_made: set[tuple[str, int, int]] = set()


def _ensure_partition(work: Work) -> None:
    key = (str(connection.settings_dict["NAME"]), work.received_at.year, work.received_at.month)
    if key not in _months_made:
        partitions.ensure_month(work.received_at)
        _months_made.add(key)


_committer: GroupCommitter[Work, Outcome] = GroupCommitter(
    name="feedback-committer",
    commit=commit,
    weigh=lambda work: len(work.answers),
    most_together=MAX_ANSWERS_TOGETHER,
    most_waiting=MAX_WAITING,
)


def is_full() -> bool:
    """Whether `submit` would refuse now: asked before the work of reading what is sent."""
    return _committer.is_full


def submit(
    device: Device | KnownDevice,
    sending: Sending,
    answers: Sequence[SentAnswer],
    *,
    health: Health | None = None,
) -> Outcome:
    """Store the answers of a device and return their receipts, once they are on the disk.

    Raises `RevokedError` when the device no longer may send, `BusyError` when too many wait, and
    the database's own error when it cannot write: nothing was taken then. Sent again, the same
    answers get the same receipts.
    """
    return _committer.submit(
        Work(
            device_id=device.pk,
            secret_hash=device.secret_hash,
            sending=sending,
            answers=answers,
            received_at=timezone.now(),
            health=health,
        )
    )
