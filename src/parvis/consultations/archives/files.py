"""The archive that is handed out: made when it is asked for, kept ten minutes for all who ask.

One is made at a time for a consultation; whoever asks meanwhile waits for it. Old ones leave the
disk at the next, and each day.
"""

from __future__ import annotations

import fcntl
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from parvis.consultations.archives.building import build
from parvis.consultations.models import Consultation
from parvis.foundation.turnstile import stepping_aside

KEPT_SECONDS = 600
# Somebody on a slow line may still be reading the one before.
LEAVES_AFTER_SECONDS = 6 * 3600


@dataclass(frozen=True, slots=True)
class Archive:
    path: Path
    made_at: datetime
    size_bytes: int


def root() -> Path:
    """The folder of archives, made at need."""
    folder = Path(settings.HOME) / "consultation-archives"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def archive_of(consultation: Consultation) -> Archive:
    """The archive as it was at most ten minutes ago; to be called outside any transaction."""
    stem = f"{consultation.reference}-{consultation.state}-{consultation.revision}"
    found = _latest(stem)
    if found is not None:
        return found
    with _alone(consultation):
        # Made meanwhile by who held the lock.
        found = _latest(stem)
        if found is not None:
            return found
        partial = root() / f".{uuid.uuid4().hex}.partial"
        try:
            build(consultation.pk, partial)
            path = root() / f"{stem}.{uuid.uuid4().hex}.zip"
            partial.rename(path)
        finally:
            partial.unlink(missing_ok=True)
        sweep()
        return _archive(path)


def sweep() -> int:
    """Delete the archives that nobody is handed any more; how many."""
    limit = time.time() - LEAVES_AFTER_SECONDS
    old = [path for path in root().iterdir() if path.stat().st_mtime < limit]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _latest(stem: str) -> Archive | None:
    limit = time.time() - KEPT_SECONDS
    fresh = [path for path in root().glob(f"{stem}.*.zip") if path.stat().st_mtime >= limit]
    return _archive(max(fresh, key=lambda path: path.stat().st_mtime)) if fresh else None


def _archive(path: Path) -> Archive:
    stat = path.stat()
    return Archive(path, datetime.fromtimestamp(stat.st_mtime, tz=UTC), stat.st_size)


@contextmanager
def _alone(consultation: Consultation) -> Iterator[None]:
    """One at a time; the system lets go of the lock when the process dies."""
    with (root() / f"{consultation.reference}.lock").open("w") as file:
        with stepping_aside():
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
