"""Taking answers in: one path for a kiosk's batch and for a phone's single post.

`submit` returns once the answers are on the disk, with a receipt for each. Requests that wait at
the same time are committed together, by one thread per process.
"""

from parvis.feedback.ingestion.committer import is_full, submit
from parvis.feedback.ingestion.work import (
    Health,
    KnownDevice,
    Outcome,
    ReceiptGiven,
    ReceiptStatus,
    RevokedError,
)
from parvis.foundation.group_commit import BusyError

__all__ = [
    "BusyError",
    "Health",
    "KnownDevice",
    "Outcome",
    "ReceiptGiven",
    "ReceiptStatus",
    "RevokedError",
    "is_full",
    "submit",
]
