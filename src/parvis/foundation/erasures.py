"""Erasures survive restores: what was erased stays so when an older backup is put back.

An erasure is a row, written in the transaction that erases, and a line of a list kept beside the
data (`HOME/erasures.jsonl`), which a restore of the database leaves in place and then replays.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from parvis.foundation.models import Erasure
from parvis.foundation.personal_data import erasers

logger = logging.getLogger(__name__)


def record_erasure(*, kind: str, subject_id: int) -> None:
    """Note, in the caller's transaction, that a subject was erased; noting it twice is harmless."""
    Erasure.objects.get_or_create(kind=kind, subject_id=subject_id, defaults={"at": timezone.now()})
    # Robust: the erasure is committed, a full disk must not answer that nothing was done.
    transaction.on_commit(write_list, robust=True)


def write_list() -> None:
    """Add to the list what it lacks; also run daily, in case a process died after a commit."""
    listed = read_list()
    missing = [
        row for row in Erasure.objects.order_by("pk") if (row.kind, row.subject_id) not in listed
    ]
    if not missing:
        return
    lines = "".join(
        json.dumps({"kind": row.kind, "subject_id": row.subject_id, "at": row.at.isoformat()})
        + "\n"
        for row in missing
    )
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.read_bytes().endswith(b"\n"):
        # A crash cut the last line short: start afresh on the next.
        lines = "\n" + lines
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, lines.encode("ascii"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_list() -> set[tuple[str, int]]:
    """(kind, number) of every subject in the list; a line cut short by a crash is left out."""
    try:
        text = _path().read_text(encoding="ascii")
    except FileNotFoundError:
        return set()
    listed = set()
    for line in filter(None, text.splitlines()):
        try:
            entry = json.loads(line)
            listed.add((str(entry["kind"]), int(entry["subject_id"])))
        except (ValueError, KeyError, TypeError):
            logger.error("unreadable line in the list of erasures")
    return listed


def replay() -> int:
    """Erase again everything the list or the database says was erased; return how many."""
    known = erasers()
    subjects = read_list() | set(Erasure.objects.values_list("kind", "subject_id"))
    for kind, subject_id in sorted(subjects):
        if kind not in known:
            logger.error("no room says how to erase", extra={"kind": kind})
            continue
        with transaction.atomic():
            known[kind](subject_id)
            record_erasure(kind=kind, subject_id=subject_id)
    return len(subjects)


def _path() -> Path:
    return Path(settings.HOME) / "erasures.jsonl"
